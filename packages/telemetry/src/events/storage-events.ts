import type { Logger } from '../create-logger.ts';
import type { QueueMemory } from '../metrics/metrics.ts';

interface QueuePartition {
  /** Of the live queue: with several, some may be away while others are not. */
  readonly partition: number;
}

export interface QueueLeft extends QueuePartition {
  /** A driver's code or Redis' own, such as `ECONNREFUSED` or `OOM`; or `nearly-full`. */
  readonly reason: string;
}

/** Ingest queues on Postgres from here on: Redis is away or nearly full. Nothing is lost by it. */
export function queueLeft(logger: Logger, facts: QueueLeft): void {
  logger.error(facts, 'queueing on the fallback');
}

export interface PostgresQueueUnusable {
  /** `fallback`: what is used while Redis is away, so nothing else shows that it is not there. */
  readonly queue: 'main' | 'fallback';
  readonly reason: string;
  readonly advice: string;
}

/** Found when the process started, by opening the queue on Postgres as an event would. */
export function postgresQueueUnusable(logger: Logger, facts: PostgresQueueUnusable): void {
  logger.error(facts, 'the queue on Postgres cannot be used');
}

/** Ingest queues on Redis again. */
export function queueReturned(logger: Logger, facts: QueuePartition): void {
  logger.info(facts, 'queueing on Redis again');
}

/** Redis fills up: an operator has to give it room, or see why the queue grows. */
export function queueFilling(logger: Logger, memory: QueueMemory): void {
  logger.warn(factsOf(memory), 'queue memory fills up');
}

export function queueMemoryEased(logger: Logger, memory: QueueMemory): void {
  logger.info(factsOf(memory), 'queue memory has room again');
}

function factsOf({ usedBytes, limitBytes }: QueueMemory) {
  return { usedBytes, limitBytes, percent: Math.round((usedBytes / limitBytes) * 100) };
}

/** Weeks to come have their partitions. */
export function partitionsCreated(
  logger: Logger,
  facts: { readonly partitions: readonly string[] },
): void {
  logger.info(facts, 'partitions created');
}

/** Events of those weeks go to the default partition, which is slower to prune. */
export function partitionsFailed(logger: Logger, { error }: { readonly error: unknown }): void {
  logger.warn({ err: error }, 'partitions could not be created');
}
