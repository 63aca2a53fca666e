import type { Certainty } from '../errors/sinch-api-error.ts';
import { type Exchange, isAccepted } from './exchange.ts';

/**
 * The statuses that prove a refusal: the request was judged, and nothing was done.
 *
 * - 400, 401, 403, 404 and 429 are Sinch's own, documented as errors of the request.
 * - 405, 411, 413, 414, 415 and 431 come from an HTTP server before an application reads anything.
 *
 * Other 4xx are left out on purpose. 408 and 499 are about time, like a lost answer. 409 is also the
 * code of an operation that was aborted halfway, or done before.
 */
const refusals = new Set([400, 401, 403, 404, 405, 411, 413, 414, 415, 429, 431]);

/**
 * Decides what a request has done at Sinch. Where it cannot be proved, the result is `unknown`:
 * Sinch has no idempotency key, so a wrong `not-sent` would be a message that a person gets twice.
 *
 * A 5xx proves nothing. A gateway answers 502, 503 or 504 also when the server behind it has taken
 * the request and its answer was lost. A redirect is not followed, and a 303 stands for success.
 */
export function certaintyOf(exchange: Exchange): Certainty {
  if (exchange.kind === 'unanswered') return exchange.isWritten ? 'unknown' : 'not-sent';
  if (isAccepted(exchange)) return 'sent';
  return refusals.has(exchange.status) ? 'not-sent' : 'unknown';
}
