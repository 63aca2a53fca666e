import { errorFingerprint } from '@sinch-callbacks/core';
import type { Handler } from '../api/on.ts';
import type { ClaimedTask } from './claim-tasks.ts';

/** The end of one run of a task. */
export type RunResult =
  | { readonly kind: 'done' }
  /** `ctx.commit` has settled it already. */
  | { readonly kind: 'committed' }
  | { readonly kind: 'skipped'; readonly reason: string }
  | ({ readonly kind: 'gave-up' } & RunError)
  | ({ readonly kind: 'failed' } & RunError)
  /** It took longer than its timeout. */
  | ({ readonly kind: 'timed-out' } & RunError)
  /** The handler asked for another time. */
  | ({ readonly kind: 'retry-at'; readonly at: Date } & RunError)
  /** The handler is to be paused. */
  | { readonly kind: 'paused'; readonly reason: string }
  /** The database was down: the run says nothing about the task. */
  | ({ readonly kind: 'database-down' } & RunError)
  /** No process could take it: the user's code does not load, or lacks the handler now. */
  | { readonly kind: 'not-run' }
  /** The process stops. */
  | { readonly kind: 'stopped' }
  /** The process that ran the user's code ended. */
  | { readonly kind: 'lost' };

export interface RunError {
  readonly message: string;
  readonly stack: string | undefined;
}

export type TaskState = 'WAITING' | 'DONE' | 'SKIPPED' | 'DEAD';

/** The reason of a dead task. */
export type DeadCause = 'gave-up' | 'attempts-exhausted' | 'quarantined';

/** The row of a task after a run. */
export interface Settlement {
  readonly state: TaskState;
  /** Absent where it may run again at once. */
  readonly retryAt?: Date;
  readonly attempts: number;
  readonly lostStarts: number;
  /** Of a dead task a `DeadCause`; of a skipped one the handler's reason. */
  readonly cause?: string;
  readonly failure?: TaskFailure;
}

export interface TaskFailure extends RunError {
  readonly attempt: number;
  readonly at: Date;
  readonly fingerprint: string;
}

/** Starts without an outcome after which a task runs apart from the others. */
export const suspectStarts = 2;
/** Starts without an outcome after which a task is not started again. */
export const maxLostStarts = 5;

const firstPauseMs = 5_000;
const longestPauseMs = 3_600_000;
const databasePauseMs = 1_000;
const notRunPauseMs = 5_000;

/**
 * Decides how a task goes on after a run. Only an outcome of the user's code counts as an attempt:
 * a crash, an outage or a stop uses none. Pure.
 */
export function decideSettlement(
  result: Exclude<RunResult, { kind: 'committed' }>,
  task: Pick<ClaimedTask, 'attempts' | 'lostStarts'>,
  { options }: Pick<Handler, 'options'>,
  now: Date,
): Settlement {
  const { attempts, lostStarts } = task;
  const counted = { attempts: attempts + 1, lostStarts: 0 };
  switch (result.kind) {
    case 'done':
      return { state: 'DONE', ...counted };
    case 'skipped':
      return { state: 'SKIPPED', ...counted, cause: result.reason };
    case 'gave-up':
      return { state: 'DEAD', ...counted, cause: 'gave-up', failure: failureOf(result) };
    case 'failed':
    case 'timed-out':
      return retry(result, nextRetry());
    case 'retry-at':
      return retry(result, result.at);
    case 'database-down':
      return { state: 'WAITING', attempts, lostStarts, retryAt: after(databasePauseMs) };
    case 'not-run':
      return { state: 'WAITING', attempts, lostStarts, retryAt: after(notRunPauseMs) };
    case 'paused':
    case 'stopped':
      return { state: 'WAITING', attempts, lostStarts };
    case 'lost':
      return lostStarts + 1 >= maxLostStarts
        ? quarantine()
        : { state: 'WAITING', attempts, lostStarts: lostStarts + 1 };
  }

  function retry(error: RunError, retryAt: Date): Settlement {
    const failure = failureOf(error);
    return counted.attempts >= options.attempts
      ? { state: 'DEAD', ...counted, cause: 'attempts-exhausted', failure }
      : { state: 'WAITING', ...counted, retryAt, failure };
  }

  function quarantine(): Settlement {
    const message = `its process ended ${lostStarts + 1} times while it ran`;
    return {
      state: 'DEAD',
      attempts,
      lostStarts: lostStarts + 1,
      cause: 'quarantined',
      failure: failureOf({ message, stack: undefined }),
    };
  }

  function failureOf({ message, stack }: RunError): TaskFailure {
    const fingerprint = errorFingerprint(result.kind, message);
    return { message, stack, attempt: counted.attempts, at: now, fingerprint };
  }

  function nextRetry(): Date {
    return after(Math.min(firstPauseMs * 2 ** attempts, longestPauseMs));
  }

  function after(pauseMs: number): Date {
    return new Date(now.getTime() + pauseMs);
  }
}
