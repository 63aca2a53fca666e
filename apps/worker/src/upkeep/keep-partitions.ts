import type { WeeksAhead } from '@sinch-callbacks/db';
import { partitionsCreated, partitionsFailed, type Telemetry } from '@sinch-callbacks/telemetry';

export interface PartitionKeeper {
  /** Makes no more. What is under way is still waited for by the database that it uses. */
  stop(): void;
}

const everyMs = 6 * 60 * 60_000;

/**
 * Makes the partitions of the weeks to come, now and then: migrations alone would be too rare.
 * Without them nothing fails, since events of such weeks have the default partition.
 * @param create may throw, where the database is down or the role may not make tables.
 */
export function keepPartitions(
  create: () => Promise<WeeksAhead>,
  { logger, metrics }: Telemetry,
): PartitionKeeper {
  async function look(): Promise<void> {
    try {
      const { created, ahead } = await create();
      metrics.partitionsAhead(ahead);
      if (created.length > 0) partitionsCreated(logger, { partitions: created });
    } catch (error) {
      partitionsFailed(logger, { error });
    }
  }

  void look();
  const timer = setInterval(() => void look(), everyMs);
  return { stop: () => clearInterval(timer) };
}
