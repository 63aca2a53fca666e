/** The waits of the client, in milliseconds. */
export interface SinchApiTimings {
  /** Until a connection is made, with DNS and TLS. */
  readonly connectMs: number;
  /** Until an answer is complete, with all that comes before: a free connection too. */
  readonly requestMs: number;
  /**
   * From the first try of a request to the beginning of its last one. The tries of a token, and
   * those of the request that needs it, have this time each.
   */
  readonly callMs: number;
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
  callMs: 60_000,
  firstPauseMs: 500,
  longestPauseMs: 8_000,
  longestRetryAfterMs: 30_000,
};
