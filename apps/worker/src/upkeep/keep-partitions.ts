import type { WeeksAhead } from '@sinch-callbacks/db';
import { partitionsCreated, partitionsFailed, type Telemetry } from '@sinch-callbacks/telemetry';

export interface PartitionKeeper {
  /** Starts no more rounds. The database waits for one in progress when it closes. */
  stop(): void;
}

const everyMs = 6 * 60 * 60_000;

/**
 * Creates the partitions of the coming weeks at intervals, since migrations run too rarely. Without
 * them nothing fails: events of such weeks go to the default partition.
 * @param create may throw, where the database is down or the role may not create tables.
 */
export function keepPartitions(
  create: () => Promise<WeeksAhead>,
  { logger, metrics }: Telemetry,
): PartitionKeeper {
  async function createAhead(): Promise<void> {
    try {
      const { created, ahead } = await create();
      metrics.partitionsAhead(ahead);
      if (created.length > 0) partitionsCreated(logger, { partitions: created });
    } catch (error) {
      partitionsFailed(logger, { error });
    }
  }

  void createAhead();
  const timer = setInterval(() => void createAhead(), everyMs);
  return { stop: () => clearInterval(timer) };
}
