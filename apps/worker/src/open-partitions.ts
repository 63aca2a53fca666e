import type { ConsumerOptions } from '@sinch-callbacks/queue';
import type { Lane } from './open-lanes.ts';
import type { Outage } from './outage.ts';
import { shareOutage } from './share-outage.ts';

/** What is special about one partition: which it is, and how much of it may be in hand. */
type PartitionShare = Pick<ConsumerOptions, 'concurrency'> & { readonly partition: number };

/**
 * One lane for each partition of the live queue. Each has its part of what this worker may have in
 * hand, so that all together have about as much as one alone; they share a batcher, so batches
 * are as large as ever.
 */
export function openPartitions(
  partitions: number,
  concurrency: number,
  outage: Outage,
  open: (name: Lane['name'], share: PartitionShare, outage: Outage) => Lane,
): readonly Lane[] {
  const share = Math.max(1, Math.round(concurrency / partitions));
  const part = shareOutage(outage);
  return Array.from({ length: partitions }, (_, partition) =>
    open(partition === 0 ? 'live' : `live-${partition}`, { partition, concurrency: share }, part()),
  );
}
