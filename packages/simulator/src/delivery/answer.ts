import { type Backoff, isTriedAgain, retryDelayMs } from '../retry-callback.ts';

/** What came back for one request. */
export type Answer =
  | { readonly kind: 'answered'; readonly status: number }
  | { readonly kind: 'timeout' }
  /** Refused or cut off. */
  | { readonly kind: 'unreachable'; readonly reason: string };

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
  if (answer.kind === 'answered' && !isTriedAgain(answer.status)) {
    const isAcknowledged = answer.status >= 200 && answer.status <= 299;
    return { kind: isAcknowledged ? 'acknowledged' : 'lost' };
  }
  if (attempts >= rules.attempts) return { kind: 'given-up' };
  return { kind: 'retry', delayMs: retryDelayMs(attempts, rules) };
}
