/**
 * A connection's behaviour while the server is down. `fail-fast`: a command fails within about
 * `timeoutMs`, because a caller waits for its answer; with `isBounded` the caller has a timeout of
 * its own, and commands have none, which saves a timer for each. `wait`: a command waits until the
 * server is back, because a worker has nothing else to do.
 */
export type ConnectPolicy =
  | { readonly kind: 'fail-fast'; readonly timeoutMs: number; readonly isBounded?: true }
  | { readonly kind: 'wait' };

/**
 * A connection on which an answer is due for longer than this is broken and made again: its other
 * side may have vanished without a word, and TCP alone would wait for a quarter of an hour. Longer
 * than BullMQ's longest wait for a job, 10 s, and the second that it adds to that; and short enough
 * that several in a row, each behind the other, are over within a minute.
 */
export const silenceLimitMs = 15_000;
