/** How long anything of the database may take. */
export interface DatabaseLimits {
  /** A statement gives up waiting for a lock. */
  readonly lockTimeoutMs: number;
  /** A batch of events gives up waiting for a lock: many events wait with the one that needs it. */
  readonly batchLockTimeoutMs: number;
  /** A part of such a batch, while the event behind the lock is searched for. */
  readonly partLockTimeoutMs: number;
  /** The server gives up on a statement. */
  readonly statementTimeoutMs: number;
  /** A connection on which nothing came for so long is broken, whatever was asked on it. */
  readonly silenceTimeoutMs: number;
  /** A transaction is given up, however well each of its statements does. */
  readonly transactionTimeoutMs: number;
  /** The server ends a session whose transaction is not continued. */
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
  // Longer than Postgres' deadlock_timeout, which is 1 s, since a deadlock is settled better; and
  // than another batch is usually waited for.
  batchLockTimeoutMs: 1_500,
  partLockTimeoutMs: 100,
  statementTimeoutMs: 20_000,
  silenceTimeoutMs: 25_000,
  transactionTimeoutMs: 30_000,
  idleTransactionTimeoutMs: 60_000,
  connectTimeoutMs: 5_000,
  connectionLifetimeMs: 60_000,
};
