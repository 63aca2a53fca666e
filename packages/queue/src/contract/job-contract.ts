import { type CallbackEvent, isKnownTrigger, type Trigger } from '@sinch-callbacks/core';
import type { Job } from 'bullmq';
import * as z from 'zod';

/** The version of a job's shape. It goes up when older workers cannot read the new shape. */
const jobVersion = 1;

const attemptRecord = z.object({
  replay: z.number().int().min(0),
  attempt: z.number().int().min(1),
  at: z.string(),
  errorClass: z.string(),
  message: z.string(),
});

const jobData = z.object({
  version: z.literal(jobVersion),
  key: z.string().min(1),
  trigger: z.string().transform(readTrigger),
  entityId: z.string().optional(),
  rawBody: z.object({ encoding: z.enum(['utf8', 'base64']), text: z.string() }),
  receivedAt: z.string(),
  signature: z
    .object({
      timestampSeconds: z.number(),
      nonce: z.string(),
      secretPosition: z.number(),
      isStale: z.boolean(),
      isFuture: z.literal(true).optional(),
    })
    .optional(),
  /**
   * The verified timestamp of an event that comes back from the database, without its signature.
   */
  signedAtSeconds: z.number().optional(),
  /** 0 for the event from Sinch, n for its nth replay. */
  replay: z.number().int().min(0),
  /** The failed attempts so far, in this queue. */
  attempts: z.array(attemptRecord),
  /** The time of its last trial: see `quarantineFailedJobs`. */
  suspectedAt: z.string().optional(),
  /** The number of its trials that the process did not survive. */
  trials: z.number().int().min(0).optional(),
});

/** A job's data, as JSON. */
export type JobData = z.input<typeof jobData>;

/** A job of a lane, as BullMQ hands it over. */
export type QueueJob = Job<JobData, void>;

/** One failed attempt at applying an event. */
export type AttemptRecord = z.infer<typeof attemptRecord>;

/** A job as a worker reads it. */
export interface EventJob {
  readonly event: CallbackEvent;
  readonly replay: number;
  readonly attempts: readonly AttemptRecord[];
  readonly suspectedAt: string | undefined;
  readonly trials: number;
}

export type JobReading =
  | { readonly kind: 'readable'; readonly job: EventJob }
  /** The event is applied or its dead letter recorded, and the body is gone. */
  | { readonly kind: 'finished' }
  /** Written by a newer release; a newer worker can read it. */
  | { readonly kind: 'newer-version' }
  /** Written by another program, or damaged. */
  | { readonly kind: 'malformed'; readonly problem: string };

/** The data of a finished job, without a body. Its id is the guard against doubles. */
export const finishedJobData = { version: jobVersion, isFinished: true } as const;

/** Makes the job data of an event. JSON leaves out `undefined` members, as it should. */
export function jobDataOf(event: CallbackEvent, replay: number): JobData {
  return { version: jobVersion, ...event, replay, attempts: [] };
}

/** Makes the job id: the event key, or `<key>.r<n>`, since BullMQ ignores an id that it holds. */
export function jobIdOf(eventKey: string, replay: number): string {
  return replay === 0 ? eventKey : `${eventKey}.r${replay}`;
}

/** Returns the length of a job's body, in characters; 0 where it has no readable one. */
export function bodyLengthOf({ rawBody }: Partial<JobData>): number {
  return typeof rawBody?.text === 'string' ? rawBody.text.length : 0;
}

export function readJobData(data: unknown): JobReading {
  const member = (name: string): unknown =>
    typeof data === 'object' && data !== null ? Reflect.get(data, name) : undefined;
  const version = member('version');
  if (typeof version === 'number' && version > jobVersion) return { kind: 'newer-version' };
  if (member('isFinished') === true) return { kind: 'finished' };
  const result = jobData.safeParse(data);
  if (!result.success) return { kind: 'malformed', problem: z.prettifyError(result.error) };
  const { key, trigger, entityId, rawBody, receivedAt, signature, signedAtSeconds, ...rest } =
    result.data;
  const { replay, attempts, suspectedAt, trials = 0 } = rest;
  const event = { key, trigger, entityId, rawBody, receivedAt, signature, signedAtSeconds };
  return { kind: 'readable', job: { event, replay, attempts, suspectedAt, trials } };
}

function readTrigger(text: string): Trigger {
  return isKnownTrigger(text) || text === 'UNREADABLE' ? text : 'UNKNOWN';
}
