import type { QueueTarget } from '@sinch-callbacks/config';
import { type Database, openDatabase } from '@sinch-callbacks/db';
import { UsageError } from '../failure.ts';
import type { Given, Settings } from './read-settings.ts';

/** @throws UsageError when no database is set. */
export function requireDatabaseUrl({ databaseUrl }: Settings): string {
  if (databaseUrl) return databaseUrl.value;
  throw new UsageError('no database: set DATABASE_URL, or let `npm start` run');
}

/** @throws UsageError when no queue is set. */
export function requireQueue({ queue }: Settings): Given<QueueTarget> {
  if (queue) return queue;
  throw new UsageError('no queue: set REDIS_URL or DATABASE_URL, or let `npm start` run');
}

/** Opens the database for the time of `use`. */
export async function withDatabase<T>(
  url: string,
  use: (database: Database) => Promise<T>,
): Promise<T> {
  const database = openDatabase({ url, poolSize: 1 });
  try {
    return await use(database);
  } finally {
    await database.close();
  }
}
