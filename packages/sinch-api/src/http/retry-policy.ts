import { certaintyOf } from './certainty.ts';
import { type Exchange, isAccepted } from './exchange.ts';
import type { SinchApiTimings } from './timings.ts';

/**
 * The failures after which a request is made again.
 *
 * - `always`: every one that may pass, for requests that can be repeated without harm.
 * - `if-not-sent`: those of `always` that prove that nothing was done.
 * - `never`: none.
 */
export type RetryRule = 'always' | 'if-not-sent' | 'never';

export interface FailedTry {
  readonly exchange: Exchange;
  /** The number of this try, from 1 on. */
  readonly tries: number;
  readonly maxTries: number;
  readonly rule: RetryRule;
  readonly timings: SinchApiTimings;
  /** A number from 0 to 1. */
  readonly random: number;
}

/** Up to this share of a pause is taken off at random, so that clients do not retry together. */
const jitter = 0.5;

/**
 * Decides on the next try: returns the pause before it, or `undefined` where this one was the last.
 * A `Retry-After` is obeyed, or it ends the tries; no try comes earlier than it says.
 */
export function pauseBeforeRetry(failed: FailedTry): number | undefined {
  const { exchange, tries, maxTries, rule, timings, random } = failed;
  const isAllowed =
    rule === 'always' || (rule === 'if-not-sent' && certaintyOf(exchange) === 'not-sent');
  if (!isAllowed || tries >= maxTries || !mayPass(exchange)) return undefined;
  const asked = exchange.kind === 'unanswered' ? undefined : exchange.retryAfterMs;
  if (asked !== undefined && asked > timings.longestRetryAfterMs) return undefined;
  const pauseMs = Math.min(timings.firstPauseMs * 2 ** (tries - 1), timings.longestPauseMs);
  return Math.max(pauseMs * (1 - jitter * random), asked ?? 0);
}

/**
 * Checks for a failure that may pass: 429, any 5xx, and a network error. Sinch asks for a backoff
 * after 500, 501 and 503; 502 and 504 come from the gateways before it.
 */
function mayPass(exchange: Exchange): boolean {
  if (exchange.kind === 'unanswered') return true;
  if (isAccepted(exchange)) return exchange.kind === 'broken' && exchange.cause === 'cut';
  return exchange.status === 429 || exchange.status >= 500;
}
