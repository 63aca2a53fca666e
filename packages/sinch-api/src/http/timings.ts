/** The waits of the client, in milliseconds. */
export interface SinchApiTimings {
  /** Until a connection is made, with DNS and TLS. */
  readonly connectMs: number;
  /** Until an answer is complete, with all that comes before: a free connection too. */
  readonly requestMs: number;
  /** Before the second try of a request; it doubles with each try. */
  readonly firstPauseMs: number;
  /** The longest of these pauses. */
  readonly longestPauseMs: number;
  /** A longer `Retry-After` ends the tries: the caller has the error, and decides. */
  readonly longestRetryAfterMs: number;
}

export const defaultSinchApiTimings: SinchApiTimings = {
  connectMs: 5_000,
  requestMs: 15_000,
  firstPauseMs: 500,
  longestPauseMs: 8_000,
  longestRetryAfterMs: 30_000,
};
