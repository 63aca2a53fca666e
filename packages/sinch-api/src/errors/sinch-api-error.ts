/** The calls of this client, and the fetch of its token. A closed set: it can label a metric. */
export type SinchApiOperation =
  | 'token'
  | 'apps.get'
  | 'webhooks.list'
  | 'webhooks.create'
  | 'webhooks.get'
  | 'webhooks.update'
  | 'webhooks.delete'
  | 'messages.send'
  | 'messages.list'
  | 'messages.delete'
  | 'conversations.delete'
  | 'contacts.delete';

/**
 * What a failed call has done at Sinch.
 *
 * - `not-sent`: nothing. The request never left, or Sinch refused it.
 * - `sent`: everything. Sinch accepted the request, but its answer could not be read.
 * - `unknown`: nothing or everything.
 */
export type Certainty = 'not-sent' | 'sent' | 'unknown';

export interface SinchApiFailure {
  /** The HTTP status; `undefined` where there was no answer. */
  readonly status: number | undefined;
  /** The name of a google.rpc code, such as `INVALID_ARGUMENT`, where Sinch gives one. */
  readonly rpcStatus: string | undefined;
  readonly message: string;
  /** `token` where the call failed because there was no token. */
  readonly operation: SinchApiOperation;
  readonly certainty: Certainty;
  /** The pause that Sinch asks for before the next request, where it gives one. */
  readonly retryAfterMs?: number | undefined;
}

/**
 * The error of every call that failed. Its message can be logged: it holds no token, no secret and
 * no text of the request, and it has no cause that could hold one.
 */
export class SinchApiError extends Error implements SinchApiFailure {
  override readonly name = 'SinchApiError';
  readonly code = 'SINCH_API';
  readonly status: number | undefined;
  readonly rpcStatus: string | undefined;
  readonly operation: SinchApiOperation;
  readonly certainty: Certainty;
  readonly retryAfterMs: number | undefined;

  constructor(failure: SinchApiFailure) {
    super(failure.message);
    this.status = failure.status;
    this.rpcStatus = failure.rpcStatus;
    this.operation = failure.operation;
    this.certainty = failure.certainty;
    this.retryAfterMs = failure.retryAfterMs;
  }
}
