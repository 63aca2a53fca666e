/** How long anything of the database may take. Each is longer than the one before it. */
export interface DatabaseLimits {
  /** A statement gives up waiting for a lock. */
  readonly lockTimeoutMs: number;
  /** The server gives up on a statement. */
  readonly statementTimeoutMs: number;
  /** A connection on which nothing came for so long is broken, whatever was asked on it. */
  readonly silenceTimeoutMs: number;
  /** A transaction is given up, however well each of its statements does. */
  readonly transactionTimeoutMs: number;
  /** The server ends a session whose transaction nobody continues. */
  readonly idleTransactionTimeoutMs: number;
  /** For a new connection, and for one of the pool to come free. */
  readonly connectTimeoutMs: number;
  /**
   * A connection is replaced after so long: one that was made before a failover leads to the
   * old, read-only server for as long as it lives.
   */
  readonly connectionLifetimeMs: number;
}

export const defaultLimits: DatabaseLimits = {
  lockTimeoutMs: 5_000,
  statementTimeoutMs: 20_000,
  silenceTimeoutMs: 25_000,
  transactionTimeoutMs: 30_000,
  idleTransactionTimeoutMs: 60_000,
  connectTimeoutMs: 5_000,
  connectionLifetimeMs: 60_000,
};
