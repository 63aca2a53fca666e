import {
  type CallbackEvent,
  encodeRawBody,
  eventKey,
  withoutContactDetails,
} from '@sinch-callbacks/core';
import { DelayedError, WaitingError } from 'bullmq';
import type { DeadQueue } from '../connection/queue-backend.ts';
import {
  type AttemptRecord,
  type EventJob,
  type QueueJob,
  readJobData,
} from '../contract/job-contract.ts';
import { afterFailure, type FailureClass } from '../contract/retry-policy.ts';
import {
  type DeadLetterSteps,
  deadLetterEvent,
  type NewDeadLetter,
} from '../dead-letters/dead-letter-event.ts';

export type HandleOutcome =
  /** Applied, recorded, or applied before: there is nothing left to do. */
  | { readonly kind: 'done' }
  | {
      readonly kind: 'failed';
      readonly failureClass: FailureClass;
      readonly message: string;
      readonly stack: string | undefined;
    }
  /** Not tried, since the process is stopping: the job returns to the queue without an attempt. */
  | { readonly kind: 'returned' };

/** Applies one event. An error that it throws counts as a transient failure. */
export type HandleEvent = (event: CallbackEvent, attempt: number) => Promise<HandleOutcome>;

/** The result of a job that did not succeed, for logs and counters. */
export type JobReport =
  | { readonly kind: 'retrying'; readonly event: CallbackEvent; readonly record: AttemptRecord }
  | { readonly kind: 'dead-lettered'; readonly letter: NewDeadLetter };

export interface JobSteps extends DeadLetterSteps {
  readonly handle: HandleEvent;
  readonly report: (report: JobReport) => void;
  readonly now: () => Date;
}

/** The error that makes BullMQ schedule the next attempt. */
class AttemptFailedError extends Error {
  readonly code = 'ATTEMPT_FAILED';

  constructor(message: string) {
    super(message);
    this.name = 'AttemptFailedError';
  }
}

/** The pause before a newer worker may take a job that a newer release wrote. */
const newerVersionPauseMs = 60_000;

/**
 * Processes one job to its end: done, tried again later, returned to the queue, or dead-lettered.
 * @throws AttemptFailedError, WaitingError or DelayedError, all for BullMQ.
 */
export async function processJob(
  job: QueueJob,
  token: string | undefined,
  deadQueue: DeadQueue,
  steps: JobSteps,
): Promise<void> {
  const reading = readJobData(job.data);
  switch (reading.kind) {
    case 'finished':
      // An operator put a finished job back: there is nothing left to apply.
      return;
    case 'newer-version':
      return await postpone(job, token, newerVersionPauseMs, steps.now());
    case 'malformed':
      return await deadLetter(malformedLetter(job, reading.problem, steps.now()));
    case 'readable':
      return await processReadable(reading.job);
  }

  async function processReadable({ event, replay, attempts }: EventJob): Promise<void> {
    const attempt = job.attemptsMade + 1;
    const outcome = await handleSafely(steps.handle, event, attempt);
    switch (outcome.kind) {
      case 'done':
        return;
      case 'returned':
        return await returnToQueue(job, token);
      case 'failed': {
        const { failureClass, message, stack } = outcome;
        const at = steps.now().toISOString();
        const record = { replay, attempt, at, errorClass: failureClass, message };
        const history = [...attempts, record];
        const allowed = job.opts.attempts ?? 1;
        const decision = afterFailure(failureClass, attempt, allowed, job.attemptsStarted);
        switch (decision.kind) {
          case 'give-up': {
            const { cause } = decision;
            return await deadLetter({ event, replay, cause, message, stack, attempts: history });
          }
          case 'postpone':
            steps.report({ kind: 'retrying', event, record });
            return await postpone(job, token, decision.pauseMs, steps.now());
          case 'retry':
            await job.updateData({ ...job.data, attempts: history });
            steps.report({ kind: 'retrying', event, record });
            throw new AttemptFailedError(message);
        }
      }
    }
  }

  async function deadLetter(letter: NewDeadLetter): Promise<void> {
    const result = await deadLetterEvent(deadQueue, steps, letter);
    switch (result) {
      case 'returned':
        return await returnToQueue(job, token);
      case 'already-applied':
      case 'already-closed':
        return;
      case 'dead-lettered':
        steps.report({ kind: 'dead-lettered', letter });
    }
  }
}

/**
 * Applies one event. Its error has no contact details: the job, its copies and its record are read
 * by people, and stay for long.
 */
export async function handleSafely(
  handle: HandleEvent,
  event: CallbackEvent,
  attempt: number,
): Promise<HandleOutcome> {
  const outcome = await outcomeOf(handle, event, attempt);
  if (outcome.kind !== 'failed') return outcome;
  const { message, stack } = outcome;
  return {
    ...outcome,
    message: withoutContactDetails(message),
    stack: stack && withoutContactDetails(stack),
  };
}

async function outcomeOf(
  handle: HandleEvent,
  event: CallbackEvent,
  attempt: number,
): Promise<HandleOutcome> {
  try {
    return await handle(event, attempt);
  } catch (error) {
    const { message, stack } = error instanceof Error ? error : new Error(String(error));
    return { kind: 'failed', failureClass: 'transient', message, stack };
  }
}

/** Delays the job, and counts no attempt. */
async function postpone(
  job: QueueJob,
  token: string | undefined,
  pauseMs: number,
  now: Date,
): Promise<never> {
  await job.moveToDelayed(now.getTime() + pauseMs, token);
  throw new DelayedError();
}

/** Returns the job to the queue at once, and counts no attempt. */
async function returnToQueue(job: QueueJob, token: string | undefined): Promise<never> {
  if (token === undefined) throw new Error(`job ${job.id} has no lock to give back`);
  await job.moveToWait(token);
  throw new WaitingError();
}

/** Makes the dead letter of a job that cannot be read: the job's data becomes its body. */
export function malformedLetter(job: QueueJob, problem: string, at: Date): NewDeadLetter {
  const message = `the job cannot be read: ${problem}`;
  const text = JSON.stringify(job.data);
  return {
    event: {
      key: eventKey('UNREADABLE', undefined, Buffer.from(text)),
      trigger: 'UNREADABLE',
      entityId: undefined,
      rawBody: encodeRawBody(Buffer.from(text)),
      receivedAt: new Date(job.timestamp).toISOString(),
      signature: undefined,
    },
    replay: 0,
    cause: 'malformed-job',
    message,
    stack: undefined,
    attempts: [
      { replay: 0, attempt: 1, at: at.toISOString(), errorClass: 'malformed-job', message },
    ],
  };
}
