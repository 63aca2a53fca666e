/**
 * How a connection behaves while the other side is away. `fail-fast`: a command gives up within
 * about `timeoutMs`, for somebody who waits for an answer; where that one bounds his calls himself
 * (`isBounded`), commands have no clock of their own, which would be set for each. `wait`: a
 * command waits for as long as it takes, for a worker that has nothing better to do.
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
