import { type Database, findStoredEvents, openDatabase } from '@sinch-callbacks/db';
import { openQueueView, type QueueView } from '@sinch-callbacks/queue';
import { callbackStream } from '@sinch-callbacks/simulator';
import type { DrawOptions } from '@sinch-callbacks/simulator/load';
import { UsageError } from '../../failure.ts';
import type { Settings } from '../../settings/read-settings.ts';

/** The database and the queues in which a load finds its events. */
export interface LoadTargets {
  /** Absent with `--no-verify`. */
  readonly database: Database | undefined;
  /** The queues to which ingest may have added. None when no queue is set. */
  readonly queues: readonly QueueView[];
  close(): Promise<void>;
}

/** The number of events to look up: also a run that was cut short has stored the first ones. */
const lookedUpEvents = 1_000;

/** @throws UsageError when it is to be verified and there is no database. */
export function openLoadTargets(settings: Settings, isVerified: boolean): LoadTargets {
  const { databaseUrl, queue, fallbackQueue, queuePrefix: prefix } = settings;
  if (isVerified && databaseUrl === undefined) {
    throw new UsageError(
      'it could not be verified that nothing is lost: set DATABASE_URL, or let `npm start` run; ' +
        '--no-verify sends and measures alone',
    );
  }
  const database =
    isVerified && databaseUrl ? openDatabase({ url: databaseUrl.value, poolSize: 1 }) : undefined;
  const queues = [queue, fallbackQueue].flatMap((target) =>
    target === undefined ? [] : [openQueueView({ backend: target.value, prefix })],
  );
  return {
    database,
    queues,
    async close() {
      await Promise.all([...queues.map((view) => view.close()), database?.close()]);
    },
  };
}

/**
 * Refuses events that are stored already: their loss in this run would not show.
 * @throws UsageError when the seed was used before on this database.
 * @throws DatabaseUnavailableError before anything was sent.
 */
export async function requireNewEvents(
  database: Database,
  { seed, startAt }: DrawOptions,
): Promise<void> {
  const stream = callbackStream({ seed, startAt });
  const keys = Array.from({ length: lookedUpEvents }, () => stream.next().value.key);
  const stored = await findStoredEvents(database, keys);
  if (stored.length === 0) return;
  throw new UsageError(
    'events of this seed are stored already, so their loss would not show: take another --seed, ' +
      'or none',
  );
}
