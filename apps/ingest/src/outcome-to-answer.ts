import type { CallbackEvent, RejectionCause } from '@sinch-callbacks/core';
import { type Answer, answer } from './answer.ts';

/** How a request to the webhook can end. */
export type CallbackOutcome =
  /** The event is in the queue. A repeated one too: the queue and the database drop it. */
  | { readonly kind: 'accepted'; readonly event: CallbackEvent }
  /** Forged or misconfigured. */
  | { readonly kind: 'rejected'; readonly cause: RejectionCause }
  | { readonly kind: 'too-large' }
  /** Cut off, too slow, or not as long as it said. */
  | { readonly kind: 'unreadable-body' }
  /** No secret to verify with, or no queue to put the event into. */
  | { readonly kind: 'unconfigured' }
  /** The event is not in the queue, and nothing here keeps it. */
  | { readonly kind: 'unavailable'; readonly event: CallbackEvent; readonly cause: string }
  /** A bug of ours. The sender tries again; by then it may be mended. */
  | { readonly kind: 'failed'; readonly error: unknown }
  | { readonly kind: 'method-not-allowed' };

const retryAfterSeconds = 10;

/**
 * The HTTP contract. Sinch repeats 5xx and 429 and no other refusal, so whatever is our own
 * fault is a 503, and a 4xx says that this request can never be accepted.
 */
export function outcomeToAnswer(outcome: CallbackOutcome): Answer {
  switch (outcome.kind) {
    case 'accepted':
      return answer(200, 'accepted');
    case 'rejected':
      return answer(401, 'rejected', { 'www-authenticate': 'Signature realm="sinch-webhook"' });
    case 'too-large':
      return answer(413, 'too-large', { connection: 'close' });
    case 'unreadable-body':
      return answer(400, 'unreadable-body', { connection: 'close' });
    case 'unconfigured':
    case 'unavailable':
    case 'failed':
      return answer(503, 'unavailable', { 'retry-after': String(retryAfterSeconds) });
    case 'method-not-allowed':
      return answer(405, 'method-not-allowed', { allow: 'POST' });
  }
}
