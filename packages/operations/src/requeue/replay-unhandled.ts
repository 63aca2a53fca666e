import { type Database, listUnhandled } from '@sinch-callbacks/db';
import type { ReplayLane } from '@sinch-callbacks/queue';

export interface UnhandledToReplay {
  readonly database: Database;
  /** Absent in a dry run, which changes nothing. */
  readonly lane: Pick<ReplayLane, 'replay'> | undefined;
  /** Only events with this top-level key; all when absent. */
  readonly topLevelKey?: string | undefined;
  readonly now: Date;
}

const pageSize = 500;

/**
 * Queues events whose kind was unknown when they came, and returns how many. An event of a kind
 * that is still unknown stays as it is, so repeating it is always safe.
 * @throws DatabaseUnavailableError or QueueUnavailableError.
 */
export async function replayUnhandled(work: UnhandledToReplay): Promise<number> {
  const { database, lane, topLevelKey, now } = work;
  // Each run has a number of its own, since the queue ignores a job id that it still holds.
  const replay = Math.floor(now.getTime() / 1000);
  let count = 0;
  for (let after: string | undefined; ; ) {
    const events = await listUnhandled(database, topLevelKey, { limit: pageSize, after });
    if (events.length === 0) return count;
    for (const event of events) await lane?.replay(event, replay);
    count += events.length;
    after = events.at(-1)?.key;
  }
}
