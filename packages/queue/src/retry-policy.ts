/**
 * Tries at an event, the first one included. With the backoff below the last comes about an
 * hour after the first: 2 s, 4 s, 8 s … 34 min, each shortened by up to half at random.
 */
const maxAttempts = 12;

/** Given to every live and replayed job. */
export const retryOptions = {
  attempts: maxAttempts,
  backoff: { type: 'exponential', delay: 2_000, jitter: 0.5 },
} as const;

/**
 * `transient`: trying again may help. `permanent`: it cannot. (A third kind, infrastructure,
 * is no attempt at all: whoever applies the event waits until its database is back.)
 */
export type FailureClass = 'transient' | 'permanent';

/** Why an event is given up. */
export type DeathCause = 'permanent' | 'attempts-exhausted' | 'quarantined' | 'malformed-job';

export type RetryDecision =
  | { readonly kind: 'retry' }
  | { readonly kind: 'give-up'; readonly cause: DeathCause };

/** @param attempt the one that just failed, counted from 1. */
export function afterFailure(
  failureClass: FailureClass,
  attempt: number,
  attemptsAllowed: number,
): RetryDecision {
  if (failureClass === 'permanent') return { kind: 'give-up', cause: 'permanent' };
  if (attempt >= attemptsAllowed) return { kind: 'give-up', cause: 'attempts-exhausted' };
  return { kind: 'retry' };
}
