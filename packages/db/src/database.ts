import { Socket } from 'node:net';
import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import { PrismaClient } from './generated/client.ts';

export interface DatabaseOptions {
  /** `postgres://` or `postgresql://`. */
  readonly url: string;
  /** Connections at the most. */
  readonly poolSize?: number;
  /** For tests of what takes too long. */
  readonly limits?: Partial<DatabaseLimits>;
}

/** One pool of connections to the database. The opener closes it. */
export interface Database {
  /** The pool through Prisma: for everything but the writer. */
  readonly prisma: PrismaClient;
  /** The pool itself, for the writer (docs/decisions/the-writer-speaks-to-the-driver.md). */
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
    onConnect: (client) => breakWhenSilent(client, limits.silenceTimeoutMs),
    keepAlive: true,
    application_name: 'sinch-callbacks',
    // Lets the writer send statements without waiting for the answers to those before them.
    pipeline: true,
  });
  // Of a connection that breaks while it is idle: the pool discards it by itself.
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

/**
 * For a server that is gone without a word. pg's own `query_timeout` gives up on a query and
 * keeps the connection: then the ROLLBACK is never sent, and the next transaction on it would
 * commit what is left of this one.
 */
function breakWhenSilent(client: pg.ClientBase, timeoutMs: number): void {
  const stream = client instanceof pg.Client ? client.connection.stream : undefined;
  if (!(stream instanceof Socket)) throw new Error('a Postgres connection without a socket');
  stream.setTimeout(timeoutMs, () => stream.destroy());
}

/** Prisma ends the pool it was given, unless it never used it. */
async function closeBoth(prisma: PrismaClient, pool: pg.Pool): Promise<void> {
  await prisma.$disconnect();
  if (!pool.ended) await pool.end();
}

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

const defaultLimits: DatabaseLimits = {
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
