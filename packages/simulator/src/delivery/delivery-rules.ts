import type { PlannedEvent } from '../traffic/plan-traffic.ts';

/** The result of one request. */
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

/** The waits and the number of Sinch's tries. */
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

/** The next action of Sinch for a callback. */
export type Verdict =
  | { readonly kind: 'acknowledged' }
  | { readonly kind: 'retry'; readonly delayMs: number }
  /** Never retried: any 4xx except 429, and any other unexpected status. */
  | { readonly kind: 'lost' }
  /** Not retried, because this was the last try. */
  | { readonly kind: 'given-up' };

/** @param attempts the number of tries so far, this answer's included */
export function judgeAnswer(answer: Answer, attempts: number, rules: RetryRules): Verdict {
  if (answer.kind === 'answered' && !isRetried(answer.status)) {
    const isAcknowledged = answer.status >= 200 && answer.status <= 299;
    return { kind: isAcknowledged ? 'acknowledged' : 'lost' };
  }
  if (attempts >= rules.attempts) return { kind: 'given-up' };
  return { kind: 'retry', delayMs: retryDelayMs(attempts, rules) };
}

/** Returns true for a status after which Sinch retries: 5xx and 429. Any other 4xx is final. */
export function isRetried(status: number): boolean {
  return status === 429 || status >= 500;
}

/**
 * Returns the wait before the next try, which doubles from `baseMs` up to `maxMs`.
 * @param failures the number of failed tries so far, from 1
 */
export function retryDelayMs(failures: number, { baseMs, maxMs }: Backoff): number {
  return Math.min(maxMs, baseMs * 2 ** (failures - 1));
}

export interface Rate {
  readonly perSecond: number;
  /** The number of requests that may come at once after a pause. */
  readonly burst: number;
}

interface RateLimit {
  /** Takes a permit, if there is one. */
  take(nowMs: number): boolean;
  /** Returns the time of the next permit, if none is taken before. */
  nextAtMs(): number;
}

/**
 * Creates a token bucket that starts full: in any time `t` it gives at most
 * `burst + perSecond × t` permits. Its state is the instant at which it is full again, so that no
 * rounding errors add up.
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

/** The inputs of a signature besides body and secret. */
export interface SignatureFacts {
  readonly nonce: string;
  readonly timestampSeconds: number;
}

/**
 * The signature of a retry; Sinch does not document which of the two it uses. `keep`: a callback
 * is signed once, when it is made, and every try and copy repeats that signature. `renew`: each
 * request is signed when it is sent.
 */
export type RetrySignature = 'keep' | 'renew';

interface SigningOptions {
  readonly retrySignature: RetrySignature;
  readonly newNonce: () => string;
  /** The real clock, as the receiver has it. */
  readonly wallClock: () => Date;
}

/** A function that returns the signature facts of the next request of an event. */
export type Signing = (event: PlannedEvent) => SignatureFacts;

/**
 * Creates the signing of a run. A kept signature is, at its first try, as old as Sinch held the
 * callback back: hours for a late one, by the real clock, whatever the compression.
 */
export function createSigning({ retrySignature, newNonce, wallClock }: SigningOptions): Signing {
  const kept = new WeakMap<PlannedEvent, SignatureFacts>();
  const sign = (ageMs: number): SignatureFacts => ({
    nonce: newNonce(),
    timestampSeconds: Math.floor((wallClock().getTime() - ageMs) / 1_000),
  });
  return (event) => {
    if (retrySignature === 'renew') return sign(0);
    const facts = kept.get(event) ?? sign(event.heldMs);
    kept.set(event, facts);
    return facts;
  };
}
