import { type RawBody, rawBodyText } from '@sinch-callbacks/core';
import { finishedJobData, readJobData } from '../contract/job-contract.ts';
import type { ErasureRules } from './erasure-rules.ts';
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
  /** True where the job keeps a body that names the person, until a worker applies it. */
  readonly keepsBody: boolean;
}

/**
 * Decides what an erasure replaces in a job. A field that does not name the person stays as it is,
 * to the byte. The ids stay too: they are Sinch's, and find the event in the tables.
 */
export function redactJob(fields: JobFields, part: JobPart, rules: ErasureRules): RedactedJob {
  const changes: Record<string, string> = {};
  let keepsBody = false;
  for (const [name, text] of Object.entries(fields)) {
    if (!rules.matches(text)) continue;
    const redacted = name === 'data' ? redactData(text, part, rules) : redactOther(text, rules);
    keepsBody ||= redacted.keepsBody;
    if (redacted.text !== text) changes[name] = redacted.text;
  }
  return { changes, keepsBody };
}

interface RedactedText {
  readonly text: string;
  readonly keepsBody: boolean;
}

function redactOther(text: string, { matches }: ErasureRules): RedactedText {
  return { text: redactJson(text, matches), keepsBody: false };
}

function redactData(text: string, part: JobPart, rules: ErasureRules): RedactedText {
  if (part === 'finished') return { text: JSON.stringify(finishedJobData), keepsBody: false };
  const data = parsedObject(text);
  if (data === undefined) return redactOther(text, rules);
  if (part === 'dead') return { text: redactFacts(data, rules), keepsBody: false };
  const reading = readJobData(data);
  switch (reading.kind) {
    case 'finished':
    case 'malformed':
      // A malformed job becomes a dead letter whose body is its data.
      return redactOther(text, rules);
    case 'newer-version':
      // Only a newer worker knows what it needs of it.
      return { text, keepsBody: true };
    case 'readable':
      return redactReadable(data, reading.job.event.rawBody, rules);
  }
}

function redactReadable(data: object, rawBody: RawBody, rules: ErasureRules): RedactedText {
  const body = namesPerson(rawBody, rules) ? rules.redact(rawBody) : rawBody;
  const kept = body ?? rawBody;
  const text = redactFacts({ ...data, rawBody: kept }, rules);
  return { text, keepsBody: namesPerson(kept, rules) };
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

function parsedObject(text: string): object | undefined {
  try {
    const data: unknown = JSON.parse(text);
    return typeof data === 'object' && data !== null ? data : undefined;
  } catch {
    // It is no JSON.
    return undefined;
  }
}
