/**
 * Tries at an event, the first one included. With the backoff below the last comes about an
 * hour after the first: 2 s, 4 s, 8 s … 34 min, each shortened by up to half at random.
 */
const maxAttempts = 12;

export interface RetryPolicy {
  readonly maxAttempts: number;
  /** The pause before the second attempt; each further one is twice as long. */
  readonly firstPauseMs: number;
}

const defaultPolicy: RetryPolicy = { maxAttempts, firstPauseMs: 2_000 };
/** Up to half of each pause is taken off at random, so that what failed together comes back apart. */
const jitter = 0.5;

/** How BullMQ is to retry a job. */
export function retryOptions(policy: RetryPolicy = defaultPolicy) {
  const backoff = { type: 'exponential', delay: policy.firstPauseMs, jitter };
  return { attempts: policy.maxAttempts, backoff };
}

/**
 * `transient`: trying again may help. `permanent`: it cannot. `blocked`: something is in the way
 * that has nothing to do with the event, and may be for long; it is no attempt. (Another kind,
 * infrastructure, is none either: the worker waits until its database is back.)
 */
export type FailureClass = 'transient' | 'permanent' | 'blocked';

/** Why an event is given up. */
export type DeathCause = 'permanent' | 'attempts-exhausted' | 'quarantined' | 'malformed-job';

export type RetryDecision =
  | { readonly kind: 'retry' }
  /** Tried again after the pause, and no attempt is counted. */
  | { readonly kind: 'put-off'; readonly pauseMs: number }
  | { readonly kind: 'give-up'; readonly cause: DeathCause };

/**
 * @param attempt the one that just failed, counted from 1.
 * @param starts how often it was begun, whether or not that was counted as an attempt.
 */
export function afterFailure(
  failureClass: FailureClass,
  attempt: number,
  attemptsAllowed: number,
  starts: number,
): RetryDecision {
  if (failureClass === 'blocked') return { kind: 'put-off', pauseMs: blockedPauseMs(starts) };
  if (failureClass === 'permanent') return { kind: 'give-up', cause: 'permanent' };
  if (attempt >= attemptsAllowed) return { kind: 'give-up', cause: 'attempts-exhausted' };
  return { kind: 'retry' };
}

const firstBlockedPauseMs = 2_000;
const longestBlockedPauseMs = 120_000;

function blockedPauseMs(starts: number): number {
  return Math.min(firstBlockedPauseMs * 2 ** Math.max(starts - 1, 0), longestBlockedPauseMs);
}
