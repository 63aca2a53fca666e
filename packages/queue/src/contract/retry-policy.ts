/**
 * The most attempts at an event, the first one included. With the backoff below the last comes
 * about an hour after the first: 2 s, 4 s, 8 s … 34 min, each shortened by up to half at random.
 */
const maxAttempts = 12;

export interface RetryPolicy {
  readonly maxAttempts: number;
  /** The pause before the second attempt; each further one is twice as long. */
  readonly firstPauseMs: number;
}

const defaultPolicy: RetryPolicy = { maxAttempts, firstPauseMs: 2_000 };
/** The share of a pause that is random, so that events that failed together come back apart. */
const jitter = 0.5;

/** Makes BullMQ's options for retrying a job. */
export function retryOptions(policy: RetryPolicy = defaultPolicy) {
  const backoff = { type: 'exponential', delay: policy.firstPauseMs, jitter };
  return { attempts: policy.maxAttempts, backoff };
}

/**
 * The kind of a failure. `transient`: a retry may succeed. `permanent`: it cannot. `blocked`:
 * something other than the event prevents it, perhaps for long, and no attempt is counted. (A
 * failure of the infrastructure is not counted either: the worker waits until its database is
 * back.)
 */
export type FailureClass = 'transient' | 'permanent' | 'blocked';

/** The reason why an event becomes a dead letter. */
export type DeathCause = 'permanent' | 'attempts-exhausted' | 'quarantined' | 'malformed-job';

export type RetryDecision =
  | { readonly kind: 'retry' }
  /** A retry after the pause, for which no attempt is counted. */
  | { readonly kind: 'postpone'; readonly pauseMs: number }
  | { readonly kind: 'give-up'; readonly cause: DeathCause };

/**
 * Decides what follows a failed attempt.
 * @param attempt the one that failed, counted from 1.
 * @param starts how often the job was started, counted as an attempt or not.
 */
export function afterFailure(
  failureClass: FailureClass,
  attempt: number,
  attemptsAllowed: number,
  starts: number,
): RetryDecision {
  if (failureClass === 'blocked') return { kind: 'postpone', pauseMs: blockedPauseMs(starts) };
  if (failureClass === 'permanent') return { kind: 'give-up', cause: 'permanent' };
  if (attempt >= attemptsAllowed) return { kind: 'give-up', cause: 'attempts-exhausted' };
  return { kind: 'retry' };
}

const firstBlockedPauseMs = 2_000;
const longestBlockedPauseMs = 120_000;

function blockedPauseMs(starts: number): number {
  return Math.min(firstBlockedPauseMs * 2 ** Math.max(starts - 1, 0), longestBlockedPauseMs);
}
