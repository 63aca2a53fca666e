import { Socket } from 'node:net';
import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import { PrismaClient } from './generated/client.ts';

export interface DatabaseOptions {
  /** `postgres://` or `postgresql://`. */
  readonly url: string;
  /** The largest number of connections. */
  readonly poolSize?: number;
  /** Other limits, for tests of slow operations. */
  readonly limits?: Partial<DatabaseLimits>;
}

/** One pool of connections to the database. The opener closes it. */
export interface Database {
  /** The pool through Prisma: for everything but the writer. */
  readonly prisma: PrismaClient;
  /** The pool itself, for the writer (docs/decisions/the-writer-uses-the-driver.md). */
  readonly pool: pg.Pool;
  readonly limits: DatabaseLimits;
  close(): Promise<void>;
}

const defaultPoolSize = 5;

/** Opens the pool. Nothing connects before the first query. */
export function openDatabase(options: DatabaseOptions): Database {
  const limits = { ...defaultLimits, ...options.limits };
  const pool = new pg.Pool({
    connectionString: options.url,
    max: options.poolSize ?? defaultPoolSize,
    connectionTimeoutMillis: limits.connectTimeoutMs,
    maxLifetimeSeconds: limits.connectionLifetimeMs / 1000,
    // When the server has stopped answering, pg's own `query_timeout` fails the query and keeps the
    // connection. The ROLLBACK is then never sent, and the next transaction on that connection
    // would commit the rest of this one.
    onConnect: (client) => breakWhenSilent(client, limits.silenceTimeoutMs),
    keepAlive: true,
    application_name: 'sinch-callbacks',
    // Lets the writer send statements without waiting for the answers to those before them.
    pipeline: true,
  });
  // An idle connection that breaks emits this; the pool discards it anyway.
  pool.on('error', () => undefined);
  const adapter = new PrismaPg(pool, { disposeExternalPool: true });
  const prisma = new PrismaClient({ adapter, errorFormat: 'minimal' });
  let closed: Promise<void> | undefined;
  return {
    prisma,
    pool,
    limits,
    close: () => (closed ??= closeBoth(prisma, pool)),
  };
}

function breakWhenSilent(client: pg.ClientBase, timeoutMs: number): void {
  const stream = client instanceof pg.Client ? client.connection.stream : undefined;
  if (!(stream instanceof Socket)) throw new Error('a Postgres connection without a socket');
  stream.setTimeout(timeoutMs, () => stream.destroy());
}

/** Closes both. Prisma ends the pool that it was given, unless it never used it. */
async function closeBoth(prisma: PrismaClient, pool: pg.Pool): Promise<void> {
  await prisma.$disconnect();
  if (!pool.ended) await pool.end();
}

/** Limits of time for everything that the database does. */
export interface DatabaseLimits {
  /** Longest wait of a statement for a lock. */
  readonly lockTimeoutMs: number;
  /** Longest wait of a batch of events for a lock: many events wait with the one that needs it. */
  readonly batchLockTimeoutMs: number;
  /** Longest wait of a part of such a batch, while the event behind the lock is searched for. */
  readonly partLockTimeoutMs: number;
  /** Longest run of a statement, enforced by the server. */
  readonly statementTimeoutMs: number;
  /** Longest time without traffic on a connection, in use or not; then it is broken. */
  readonly silenceTimeoutMs: number;
  /** Longest transaction, however fast each of its statements is. */
  readonly transactionTimeoutMs: number;
  /** Longest pause within a transaction; then the server ends its session. */
  readonly idleTransactionTimeoutMs: number;
  /** Longest wait for a new connection, and for a free one of the pool. */
  readonly connectTimeoutMs: number;
  /**
   * Lifetime of a connection: one from before a failover stays connected to the old, read-only
   * server.
   */
  readonly connectionLifetimeMs: number;
}

const defaultLimits: DatabaseLimits = {
  lockTimeoutMs: 5_000,
  // Longer than Postgres' deadlock_timeout of 1 s, since Postgres resolves a deadlock better, and
  // longer than a usual wait for another batch.
  batchLockTimeoutMs: 1_500,
  partLockTimeoutMs: 100,
  statementTimeoutMs: 20_000,
  silenceTimeoutMs: 25_000,
  transactionTimeoutMs: 30_000,
  idleTransactionTimeoutMs: 60_000,
  connectTimeoutMs: 5_000,
  connectionLifetimeMs: 60_000,
};
