import type { CallbackEvent, RejectionCause } from '@sinch-callbacks/core';
import { type Answer, answer } from '../http/answer.ts';

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
  /** Signed, dated ahead of our clock, and too large or too many to be kept: Sinch sends it again. */
  | { readonly kind: 'not-kept'; readonly cause: RejectionCause }
  | { readonly kind: 'too-large' }
  /** Cut off, or not as long as it said. */
  | { readonly kind: 'unreadable-body' }
  /** Still on its way after Sinch had given up waiting. */
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
const close = { connection: 'close' };
const challenge = { 'www-authenticate': 'Signature realm="sinch-webhook"' };

/** They are few and always the same, so they are made once. */
const answers = {
  accepted: answer(200, 'accepted'),
  rejected: answer(401, 'rejected', challenge),
  rejectedUnread: answer(401, 'rejected', { ...challenge, ...close }),
  tooLarge: answer(413, 'too-large', close),
  unreadableBody: answer(400, 'unreadable-body', close),
  slowBody: answer(429, 'slow-body', { ...comeBack, ...close }),
  crowdedOut: answer(429, 'busy', { ...comeBack, ...close }),
  unavailable: answer(503, 'unavailable', comeBack),
  methodNotAllowed: answer(405, 'method-not-allowed', { allow: 'POST' }),
};

/**
 * The HTTP contract. Sinch repeats 5xx and 429 and no other refusal, so whatever is our own
 * fault is a 503, what was refused before it could be judged is a 429, so that a misjudgement
 * loses nothing, and any other 4xx says that this request can never be accepted.
 */
export function outcomeToAnswer(outcome: CallbackOutcome): Answer {
  switch (outcome.kind) {
    case 'accepted':
      return answers.accepted;
    case 'rejected':
      return outcome.isUnread ? answers.rejectedUnread : answers.rejected;
    case 'too-large':
      return answers.tooLarge;
    case 'unreadable-body':
      return answers.unreadableBody;
    case 'slow-body':
      return answers.slowBody;
    case 'crowded-out':
      return answers.crowdedOut;
    case 'not-kept':
    case 'unconfigured':
    case 'unavailable':
    case 'failed':
      return answers.unavailable;
    case 'method-not-allowed':
      return answers.methodNotAllowed;
  }
}
