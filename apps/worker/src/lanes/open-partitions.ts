import type { ConsumerOptions, HandleEvent } from '@sinch-callbacks/queue';
import type { Lane } from './lane.ts';
import { shareConcurrency } from './share-concurrency.ts';

/** What the lanes of all partitions have in common. */
interface SharedByPartitions {
  /** Jobs in hand, of all of them together. */
  readonly concurrency: number;
  readonly handle: HandleEvent;
}

/** What is special about one of them. */
type PartitionOptions = Pick<ConsumerOptions, 'concurrency' | 'handle'> & {
  readonly partition: number;
};

const shareEveryMs = 250;

/**
 * One lane for each partition of the live queue. They share a batcher, so batches are as large as
 * ever, and what may be in hand: a partition that has more to do than others gets their part, as
 * one with all the backlog does after the number of partitions was raised.
 */
export function openPartitions(
  partitions: number,
  { concurrency, handle }: SharedByPartitions,
  open: (name: Lane['name'], options: PartitionOptions) => Lane,
  now: () => number = () => performance.now(),
): readonly Lane[] {
  const share = Math.max(1, Math.floor(concurrency / partitions));
  const loads = Array.from({ length: partitions }, () => ({ inHand: 0, limit: share }));
  let sharedAt = now();

  const lanes = loads.map((load, partition) => {
    const name: Lane['name'] = partition === 0 ? 'live' : `live-${partition}`;
    const counted: HandleEvent = async (event, attempt) => {
      load.inHand += 1;
      shareAnew();
      try {
        return await handle(event, attempt);
      } finally {
        load.inHand -= 1;
      }
    };
    return open(name, { partition, concurrency: share, handle: counted });
  });

  /** Driven by jobs and not by a timer: where there is nothing to do, nothing is to be shared. */
  function shareAnew(): void {
    if (partitions === 1 || now() - sharedAt < shareEveryMs) return;
    sharedAt = now();
    for (const [partition, limit] of shareConcurrency(concurrency, loads).entries()) {
      const load = loads[partition];
      if (load === undefined || load.limit === limit) continue;
      load.limit = limit;
      lanes[partition]?.consumer.setConcurrency(limit);
    }
  }

  return lanes;
}
