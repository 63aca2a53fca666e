import { Socket } from 'node:net';
import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import { PrismaClient } from './generated/client.ts';
import { type DatabaseLimits, defaultLimits } from './limits.ts';

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
