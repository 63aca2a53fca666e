import type { CallbackEvent, RejectionCause } from '@sinch-callbacks/core';
import { type Answer, answer } from './answer.ts';

/** How a request to the webhook can end. */
export type CallbackOutcome =
  /** The event is in the queue. A repeated one too: the queue and the database drop it. */
  | { readonly kind: 'accepted'; readonly event: CallbackEvent }
  /** Forged or misconfigured. */
  | {
      readonly kind: 'rejected';
      readonly cause: RejectionCause;
      /** Its body did not matter, and was left on the wire. */
      readonly isUnread?: true;
    }
  | { readonly kind: 'too-large' }
  /** Cut off, or not as long as it said. */
  | { readonly kind: 'unreadable-body' }
  /** Still on its way when nobody waited for the answer any more. */
  | { readonly kind: 'slow-body' }
  /** Large or slow, and in the way of others, while too much was being read at once. */
  | { readonly kind: 'crowded-out' }
  /** No secret to verify with, or no queue to put the event into. */
  | { readonly kind: 'unconfigured' }
  /** The event is not in the queue, and nothing here keeps it. */
  | { readonly kind: 'unavailable'; readonly event: CallbackEvent; readonly cause: string }
  /** A bug of ours. The sender tries again; by then it may be mended. */
  | { readonly kind: 'failed'; readonly error: unknown }
  | { readonly kind: 'method-not-allowed' };

const comeBack = { 'retry-after': '10' };

/**
 * The HTTP contract. Sinch repeats 5xx and 429 and no other refusal, so whatever is our own
 * fault is a 503, what was refused before it could be judged is a 429, so that a misjudgement
 * loses nothing, and any other 4xx says that this request can never be accepted.
 */
export function outcomeToAnswer(outcome: CallbackOutcome): Answer {
  switch (outcome.kind) {
    case 'accepted':
      return answer(200, 'accepted');
    case 'rejected':
      return answer(401, 'rejected', {
        'www-authenticate': 'Signature realm="sinch-webhook"',
        ...(outcome.isUnread && { connection: 'close' }),
      });
    case 'too-large':
      return answer(413, 'too-large', { connection: 'close' });
    case 'unreadable-body':
      return answer(400, 'unreadable-body', { connection: 'close' });
    case 'slow-body':
      return answer(429, 'slow-body', { ...comeBack, connection: 'close' });
    case 'crowded-out':
      return answer(429, 'busy', { ...comeBack, connection: 'close' });
    case 'unconfigured':
    case 'unavailable':
    case 'failed':
      return answer(503, 'unavailable', comeBack);
    case 'method-not-allowed':
      return answer(405, 'method-not-allowed', { allow: 'POST' });
  }
}
