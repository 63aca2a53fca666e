import { type RawBody, rawBodyText } from '@sinch-callbacks/core';
import { defaultTimings } from '../consumer/consumer-options.ts';
import { type EventJob, finishedJobData, readJobData } from '../contract/job-contract.ts';
import type { ErasureRules, JobsLeft } from './erasure-rules.ts';
import { redactJson, redactValue } from './redact-json.ts';

/** A job's texts by the names of their fields, as its server stores them. `data` is the payload. */
export type JobFields = Readonly<Record<string, string>>;

/**
 * The part that a job has. `finished`: it is a guard against doubles. `dead`: a copy of a letter,
 * for people. `unfinished`: a worker needs it.
 */
export type JobPart = 'unfinished' | 'finished' | 'dead';

export interface RedactedJob {
  /** The fields to replace. */
  readonly changes: JobFields;
  /** Present where the job still names the person afterwards, and why. */
  readonly left: keyof JobsLeft | undefined;
}

/**
 * Decides what an erasure replaces in a job. A field that does not name the person stays as it is,
 * to the byte. The ids stay too: they are Sinch's, and find the event in the tables.
 */
export function redactJob(
  fields: JobFields,
  part: JobPart,
  rules: ErasureRules,
  now: Date,
): RedactedJob {
  const changes: Record<string, string> = {};
  let left: RedactedJob['left'];
  for (const [name, text] of Object.entries(fields)) {
    // Options are numbers of attempts, pauses and the job's id, and BullMQ needs all of them.
    if (name === 'opts' || !rules.matches(text)) continue;
    const isData = name === 'data';
    const redacted = isData ? redactData(text, part, rules, now) : redactOther(text, rules);
    left ??= redacted.left;
    if (!isSameJson(redacted.text, text)) changes[name] = redacted.text;
  }
  return { changes, left };
}

interface RedactedText extends Pick<RedactedJob, 'left'> {
  readonly text: string;
}

function redactOther(text: string, { matches }: ErasureRules): RedactedText {
  return { text: redactJson(text, matches), left: undefined };
}

function redactData(text: string, part: JobPart, rules: ErasureRules, now: Date): RedactedText {
  if (part === 'finished') return { text: JSON.stringify(finishedJobData), left: undefined };
  const data = parsedObject(text);
  if (data === undefined) return redactOther(text, rules);
  if (part === 'dead') return { text: redactFacts(data, rules), left: undefined };
  const reading = readJobData(data);
  switch (reading.kind) {
    case 'finished':
    case 'malformed':
      // A malformed job becomes a dead letter whose body is its data.
      return redactOther(text, rules);
    case 'newer-version':
      // Only a newer worker knows what it needs of it.
      return { text, left: 'waiting' };
    case 'readable':
      // The process of the trial renews its mark, and writes the whole data back with it.
      if (isOnTrial(reading.job, now)) return { text, left: 'active' };
      return redactReadable(data, reading.job.event.rawBody, rules);
  }
}

/** See `quarantineFailedJobs`. */
function isOnTrial({ suspectedAt }: EventJob, now: Date): boolean {
  if (suspectedAt === undefined) return false;
  return now.getTime() - Date.parse(suspectedAt) < defaultTimings.trialSilenceMs;
}

function redactReadable(data: object, rawBody: RawBody, rules: ErasureRules): RedactedText {
  const body = namesPerson(rawBody, rules) ? rules.redact(rawBody) : rawBody;
  const kept = body ?? rawBody;
  const left = namesPerson(kept, rules) ? 'waiting' : undefined;
  return { text: redactFacts({ ...data, rawBody: kept }, rules), left };
}

function namesPerson(rawBody: RawBody, { matches }: ErasureRules): boolean {
  return matches(rawBody.text) || matches(rawBodyText(rawBody));
}

/** By these a worker, a person and the tables find the event. The body is replaced as a whole. */
const keptMembers = new Set(['version', 'key', 'trigger', 'entityId', 'rawBody']);

/** Redacts the rest: messages of failed attempts may quote the body. */
function redactFacts(data: object, { matches }: ErasureRules): string {
  const members = Object.entries(data).map(([name, member]): [string, unknown] =>
    keptMembers.has(name) ? [name, member] : [name, redactValue(member, matches)],
  );
  return JSON.stringify(Object.fromEntries(members));
}

/** Servers store the same JSON with other spaces. What names the person only in an id stays. */
function isSameJson(one: string, other: string): boolean {
  const data = parsedObject(other);
  return one === other || (data !== undefined && JSON.stringify(data) === one);
}

function parsedObject(text: string): object | undefined {
  try {
    const data: unknown = JSON.parse(text);
    return typeof data === 'object' && data !== null ? data : undefined;
  } catch {
    // It is no JSON.
    return undefined;
  }
}
