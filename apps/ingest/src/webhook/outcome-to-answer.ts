import type { CallbackEvent, RejectionCause } from '@sinch-callbacks/core';
import { type Answer, answer } from '../http/answer.ts';

/** The outcome of a request to the webhook. */
export type CallbackOutcome =
  /** The event is in the queue. So is a repeated one, which queue and database drop. */
  | { readonly kind: 'accepted'; readonly event: CallbackEvent }
  /** Forged or misconfigured. */
  | {
      readonly kind: 'rejected';
      readonly cause: RejectionCause;
      /** Its body did not matter, and was not read. */
      readonly isUnread?: true;
    }
  /** Signed and dated ahead of our clock, but not stored: Sinch must send it again. */
  | { readonly kind: 'not-kept'; readonly cause: RejectionCause }
  | { readonly kind: 'too-large' }
  /** Broken off, or not as long as announced. */
  | { readonly kind: 'unreadable-body' }
  /** Not complete within `bodyTimeoutMs`, when Sinch has given up. */
  | { readonly kind: 'slow-body' }
  /** Large or slow, while too much was being read at once. */
  | { readonly kind: 'crowded-out' }
  /** No secret to verify with, or no queue to put the event into. */
  | { readonly kind: 'unconfigured' }
  /** The event is not in the queue, and is stored nowhere else. */
  | { readonly kind: 'unavailable'; readonly event: CallbackEvent; readonly cause: string }
  /** A bug of ours. The sender tries again; by then it may be fixed. */
  | { readonly kind: 'failed'; readonly error: unknown }
  | { readonly kind: 'method-not-allowed' };

const tryAgain = { 'retry-after': '10' };
const close = { connection: 'close' };
const challenge = { 'www-authenticate': 'Signature realm="sinch-webhook"' };

/** Made once, since they are few and never change. */
const answers = {
  accepted: answer(200, 'accepted'),
  rejected: answer(401, 'rejected', challenge),
  rejectedUnread: answer(401, 'rejected', { ...challenge, ...close }),
  tooLarge: answer(413, 'too-large', close),
  unreadableBody: answer(400, 'unreadable-body', close),
  slowBody: answer(429, 'slow-body', { ...tryAgain, ...close }),
  crowdedOut: answer(429, 'busy', { ...tryAgain, ...close }),
  unavailable: answer(503, 'unavailable', tryAgain),
  methodNotAllowed: answer(405, 'method-not-allowed', { allow: 'POST' }),
};

/**
 * Maps outcomes to answers: the HTTP contract. Sinch repeats only 5xx and 429. So failures of ours
 * are a 503. Requests refused before verification are a 429, so that a mistaken refusal loses
 * nothing. Any other 4xx means that the request can never be accepted.
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
