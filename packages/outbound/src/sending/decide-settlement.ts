import { SinchApiError, type SinchApiFailure } from '@sinch-callbacks/sinch-api';
import type { OutboundErrorClass } from '../outbound-message.ts';

/** The result of one request. */
export type SendTry =
  | { readonly kind: 'accepted'; readonly messageId: string }
  | { readonly kind: 'failed'; readonly error: unknown };

/** What a row becomes after a request. */
export type Settlement =
  /** The id is unknown where Sinch's answer was unreadable: a report names it. */
  | { readonly state: 'SENT'; readonly messageId: string | undefined }
  | ({ readonly state: 'REFUSED' } & SettlementError)
  | ({ readonly state: 'UNCERTAIN' } & SettlementError)
  /** It was certainly not sent, and another one would fail too: all pause. */
  | ({ readonly state: 'QUEUED'; readonly pauseMs: number } & SettlementError);

interface SettlementError {
  readonly errorClass: OutboundErrorClass;
  readonly message: string;
}

const firstPauseMs = 1_000;
const longestPauseMs = 300_000;
/** Up to this share of a pause is added, so that senders do not try again together. */
const jitter = 0.25;

/**
 * Decides what becomes of a message. It is queued again only where its request was certainly not
 * carried out; an error of another kind than Sinch's proves nothing.
 * @param attempts the number of this try, from 1.
 * @param random from 0 to 1.
 */
export function decideSettlement(tried: SendTry, attempts: number, random: number): Settlement {
  if (tried.kind === 'accepted') return { state: 'SENT', messageId: tried.messageId };
  const { error } = tried;
  if (!(error instanceof SinchApiError)) {
    return { state: 'UNCERTAIN', errorClass: 'unanswered', message: String(error) };
  }
  switch (error.certainty) {
    case 'sent':
      return { state: 'SENT', messageId: undefined };
    case 'unknown':
      return { state: 'UNCERTAIN', errorClass: 'unanswered', message: error.message };
    case 'not-sent':
      return ofUnsent(error, attempts, random);
  }
}

function ofUnsent(failure: SinchApiFailure, attempts: number, random: number): Settlement {
  const { message, status } = failure;
  if (isRefusal(failure)) return { state: 'REFUSED', errorClass: 'refused', message };
  const pauseMs = Math.min(firstPauseMs * 2 ** (attempts - 1), longestPauseMs);
  return {
    state: 'QUEUED',
    errorClass: status === 429 ? 'rate-limited' : 'unreachable',
    message,
    pauseMs: Math.max(pauseMs * (1 + jitter * random), failure.retryAfterMs ?? 0),
  };
}

/**
 * Checks for a refusal of this message. A token that cannot be had, 401 and 429 are about all
 * messages, and may pass.
 */
function isRefusal({ operation, status }: SinchApiFailure): boolean {
  if (operation === 'token' || status === undefined) return false;
  return status >= 400 && status < 500 && status !== 401 && status !== 408 && status !== 429;
}
