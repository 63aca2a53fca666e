import type { PlannedEvent } from '../traffic/plan-traffic.ts';

/** What came back for one request. */
export type Answer =
  | { readonly kind: 'answered'; readonly status: number }
  | { readonly kind: 'timeout' }
  /** Refused or cut off. */
  | { readonly kind: 'unreachable'; readonly reason: string };

export interface Backoff {
  /** The wait after the first failure. */
  readonly baseMs: number;
  readonly maxMs: number;
}

/** How long and how often Sinch tries. */
export interface RetryRules extends Backoff {
  /** Tries for each callback, the first included. */
  readonly attempts: number;
}

/**
 * The schedule of Sinch's SMS REST API, since that of the Conversation API is not published: 5 s,
 * doubling with every try, the last one 22 hours and 45 minutes after the first
 * (https://developers.sinch.com/docs/sms/api-reference/sms/tag/Webhooks/).
 */
export const usualRetryRules: RetryRules = { baseMs: 5_000, maxMs: 40_960_000, attempts: 15 };

/** What Sinch does next with a callback. */
export type Verdict =
  | { readonly kind: 'acknowledged' }
  | { readonly kind: 'retry'; readonly delayMs: number }
  /** An answer that is never tried again: any 4xx but 429, and what is no answer to a callback. */
  | { readonly kind: 'lost' }
  /** It would be tried again, and that was the last try. */
  | { readonly kind: 'given-up' };

/** @param attempts how often the callback was tried, this answer's try included. */
export function judgeAnswer(answer: Answer, attempts: number, rules: RetryRules): Verdict {
  if (answer.kind === 'answered' && !isRetried(answer.status)) {
    const isAcknowledged = answer.status >= 200 && answer.status <= 299;
    return { kind: isAcknowledged ? 'acknowledged' : 'lost' };
  }
  if (attempts >= rules.attempts) return { kind: 'given-up' };
  return { kind: 'retry', delayMs: retryDelayMs(attempts, rules) };
}

/** Sinch tries again after network failures, timeouts, 5xx and 429; any other 4xx is for good. */
export function isRetried(status: number): boolean {
  return status === 429 || status >= 500;
}

/**
 * How long to wait before another try: doubles from `baseMs` up to `maxMs`.
 * @param failures how many tries have failed so far, from 1.
 */
export function retryDelayMs(failures: number, { baseMs, maxMs }: Backoff): number {
  return Math.min(maxMs, baseMs * 2 ** (failures - 1));
}

export interface Rate {
  readonly perSecond: number;
  /** So many may come at once after a pause. */
  readonly burst: number;
}

interface RateLimit {
  /** Takes a permit, if there is one. */
  take(nowMs: number): boolean;
  /** When the next permit is there, if none is taken before. */
  nextAtMs(): number;
}

/**
 * A token bucket that starts full: no stretch of time of any length `t` sees more than
 * `burst + perSecond × t` permits. Kept as the instant at which the bucket would be full again,
 * so that nothing is rounded away.
 */
export function createRateLimit({ perSecond, burst }: Rate): RateLimit {
  const intervalMs = 1_000 / perSecond;
  const slackMs = (burst - 1) * intervalMs;
  let fullAgainMs = 0;
  const nextAtMs = () => fullAgainMs - slackMs;
  return {
    take(nowMs) {
      if (nowMs < nextAtMs()) return false;
      fullAgainMs = Math.max(fullAgainMs, nowMs) + intervalMs;
      return true;
    },
    nextAtMs,
  };
}

/** What a signature takes besides body and secret. */
export interface SignatureFacts {
  readonly nonce: string;
  readonly timestampSeconds: number;
}

/**
 * Which of these Sinch does is not known. `keep`: a callback is signed once, when it is made, and every
 * try and copy repeats that signature. `renew`: each request is signed when it is sent.
 */
export type RetrySignature = 'keep' | 'renew';

interface SigningOptions {
  readonly retrySignature: RetrySignature;
  readonly newNonce: () => string;
  /** The receiver's clock is real, and so is this one. */
  readonly wallClock: () => Date;
}

/** Gives the facts for the next request of an event. */
export type Signing = (event: PlannedEvent) => SignatureFacts;

/**
 * A signature that is kept is as old, at its first try, as Sinch held the callback back: hours,
 * for a late one, by the real clock, whatever the compression.
 */
export function createSigning({ retrySignature, newNonce, wallClock }: SigningOptions): Signing {
  const kept = new Map<string, SignatureFacts>();
  const sign = (ageMs: number): SignatureFacts => ({
    nonce: newNonce(),
    timestampSeconds: Math.floor((wallClock().getTime() - ageMs) / 1_000),
  });
  return (event) => {
    if (retrySignature === 'renew') return sign(0);
    const facts = kept.get(event.key) ?? sign(event.heldMs);
    kept.set(event.key, facts);
    return facts;
  };
}
