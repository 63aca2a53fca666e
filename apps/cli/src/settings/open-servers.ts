import type { QueueTarget } from '@sinch-callbacks/config';
import { type Database, type DatabaseOptions, openDatabase } from '@sinch-callbacks/db';
import { type LetterTools, type RejectedCalls, rejectedCalls } from '@sinch-callbacks/operations';
import { openRejectedStore, openReplayLane, withFallbackStore } from '@sinch-callbacks/queue';
import { redactText } from '@sinch-callbacks/telemetry';
import { UsageError } from '../failure.ts';
import type { Given, Settings } from './read-settings.ts';

/** @throws UsageError when no database is set. */
export function requireDatabase({ databaseUrl }: Settings): Given<string> {
  if (databaseUrl) return databaseUrl;
  throw new UsageError('no database: set DATABASE_URL, or let `npm start` run');
}

/** @throws UsageError when no queue is set. */
export function requireQueue({ queue }: Settings): Given<QueueTarget> {
  if (queue) return queue;
  throw new UsageError('no queue: set REDIS_URL or DATABASE_URL, or let `npm start` run');
}

export type DatabaseLimits = NonNullable<DatabaseOptions['limits']>;

/** The second one is for work that holds a lock meanwhile. */
const connections = 2;

/** Opens the database for the time of `use`. */
export async function withDatabase<T>(
  url: string,
  use: (database: Database) => Promise<T>,
  limits: DatabaseLimits = {},
): Promise<T> {
  const database = openDatabase({ url, poolSize: connections, limits });
  try {
    return await use(database);
  } finally {
    await database.close();
  }
}

/** Longer than in a server: an operator's machine may be busy, and nothing else waits for it. */
const laneTimeoutMs = 10_000;

/** Opens the database and the replay lane for the time of `use`. */
export async function withLetterTools<T>(
  settings: Settings,
  use: (tools: LetterTools) => Promise<T>,
): Promise<T> {
  const url = requireDatabase(settings).value;
  const backend = requireQueue(settings).value;
  const lane = openReplayLane({ backend, prefix: settings.queuePrefix }, laneTimeoutMs);
  try {
    return await withDatabase(url, (database) => use({ database, lane, redactText }));
  } finally {
    await lane.close();
  }
}

const rejectedTimeoutMs = 5_000;

/**
 * Opens the store of rejected callbacks for the time of `use`: those in Redis, and those that
 * ingest kept in Postgres while Redis was down.
 */
export async function withRejected<T>(
  settings: Settings,
  use: (rejected: RejectedCalls) => Promise<T>,
): Promise<T> {
  const { queuePrefix: prefix, fallbackQueue } = settings;
  const open = (backend: QueueTarget) =>
    openRejectedStore({ backend, prefix }, { timeoutMs: rejectedTimeoutMs });
  const main = open(requireQueue(settings).value);
  const store = fallbackQueue ? withFallbackStore(main, open(fallbackQueue.value)) : main;
  try {
    return await use(rejectedCalls(store));
  } finally {
    await store.close();
  }
}
