/**
 * A connection's behaviour while the server is down. `fail-fast`: a command fails within about
 * `timeoutMs`, because a caller waits for its answer; with `isBounded` the caller has a timeout of
 * its own and commands have none, which saves a timer for each. `wait`: a command waits until the
 * server is back, because a worker has nothing else to do.
 */
export type ConnectPolicy =
  | { readonly kind: 'fail-fast'; readonly timeoutMs: number; readonly isBounded?: true }
  | { readonly kind: 'wait' };

/**
 * The longest wait for an answer, after which a connection is dropped and opened again: the server
 * may have vanished without closing it, and TCP alone would wait for a quarter of an hour. It is
 * longer than BullMQ's longest wait for a job, 10 s, and the second that BullMQ adds. It is short
 * enough that several in a row end within a minute.
 */
export const silenceLimitMs = 15_000;
