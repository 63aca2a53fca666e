import { PrismaPg } from '@prisma/adapter-pg';
import { PrismaClient } from './generated/client.ts';

export interface DatabaseOptions {
  /** `postgres://` or `postgresql://`. */
  readonly url: string;
  /** Connections at the most. */
  readonly poolSize?: number;
}

/** One pool of connections to the database. Whoever opens it closes it. */
export interface Database {
  readonly prisma: PrismaClient;
  close(): Promise<void>;
}

const defaultPoolSize = 5;
const connectTimeoutMs = 5_000;
/** For a server that is gone without a word. */
const queryTimeoutMs = 30_000;

/** Opens the pool. Nothing connects before the first query. */
export function openDatabase(options: DatabaseOptions): Database {
  const adapter = new PrismaPg({
    connectionString: options.url,
    max: options.poolSize ?? defaultPoolSize,
    connectionTimeoutMillis: connectTimeoutMs,
    query_timeout: queryTimeoutMs,
    keepAlive: true,
    application_name: 'sinch-callbacks',
  });
  const prisma = new PrismaClient({ adapter, errorFormat: 'minimal' });
  let closed: Promise<void> | undefined;
  return {
    prisma,
    close: () => (closed ??= prisma.$disconnect()),
  };
}
