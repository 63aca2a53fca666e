import type { Logger } from '../create-logger.ts';
import type { QueueMemory } from '../metrics/metrics.ts';

interface QueuePartition {
  /** The partition of the live queue: some may be down while others are up. */
  readonly partition: number;
}

export interface QueueLeft extends QueuePartition {
  /** A driver's code or Redis' own, such as `ECONNREFUSED` or `OOM`; or `nearly-full`. */
  readonly reason: string;
}

/**
 * Logs that ingest queues on Postgres from now on: Redis is down or nearly full. Nothing is lost.
 */
export function queueLeft(logger: Logger, facts: QueueLeft): void {
  logger.error(facts, 'queueing on the fallback');
}

export interface PostgresQueueUnusable {
  /** `fallback` is used only while Redis is down, so nothing else shows that it does not work. */
  readonly queue: 'main' | 'fallback';
  readonly reason: string;
  readonly advice: string;
}

/** Logs that the check at the start failed. It opens the queue on Postgres as for an event. */
export function postgresQueueUnusable(logger: Logger, facts: PostgresQueueUnusable): void {
  logger.error(facts, 'the queue on Postgres cannot be used');
}

/** Logs that ingest queues on Redis again. */
export function queueReturned(logger: Logger, facts: QueuePartition): void {
  logger.info(facts, 'queueing on Redis again');
}

/** Logs that Redis fills up: an operator must add memory, or find out why the queue grows. */
export function queueFilling(logger: Logger, memory: QueueMemory): void {
  logger.warn(factsOf(memory), 'queue memory fills up');
}

export function queueMemoryEased(logger: Logger, memory: QueueMemory): void {
  logger.info(factsOf(memory), 'queue memory has room again');
}

function factsOf({ usedBytes, limitBytes }: QueueMemory) {
  return { usedBytes, limitBytes, percent: Math.round((usedBytes / limitBytes) * 100) };
}

/** Logs that coming weeks have their partitions. */
export function partitionsCreated(
  logger: Logger,
  facts: { readonly partitions: readonly string[] },
): void {
  logger.info(facts, 'partitions created');
}

/** Logs a failure: those weeks' events go to the default partition, which is slow to prune. */
export function partitionsFailed(logger: Logger, { error }: { readonly error: unknown }): void {
  logger.warn({ err: error }, 'partitions could not be created');
}
