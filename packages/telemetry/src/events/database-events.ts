import type { Logger } from '../create-logger.ts';

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
