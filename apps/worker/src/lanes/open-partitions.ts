import type { Consumer, ConsumerOptions, HandleEvent } from '@sinch-callbacks/queue';
import type { WatchedLane } from '../health/progress-monitor.ts';

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

/** One queue that this worker reads. */
export interface Lane extends WatchedLane {
  readonly name: 'live' | `live-${number}` | 'replay' | 'fallback';
  readonly consumer: Consumer;
}

/** How much one lane has in hand, and how much it may have. */
interface LaneLoad {
  readonly inHand: number;
  readonly limit: number;
}

/**
 * How many jobs each lane may have in hand, so that all together have about `total`. One that has
 * less in hand than it may is given what it has and a little more; what is left over goes to those
 * that are at their limit, evenly. Each gets at least one.
 */
export function shareConcurrency(total: number, lanes: readonly LaneLoad[]): readonly number[] {
  const spare = Math.max(1, Math.floor(total / lanes.length / 4));
  const wanted = lanes.map(({ inHand, limit }) => (inHand >= limit ? total : inHand + spare));
  const level = levelOf(total, wanted);
  return wanted.map((want) => Math.max(1, Math.min(want, level)));
}

/** The most that each may have, if those that want less leave the rest to the others. */
function levelOf(total: number, wanted: readonly number[]): number {
  let left = total;
  const rising = wanted.toSorted((one, other) => one - other);
  for (const [n, want] of rising.entries()) {
    const even = Math.floor(left / (rising.length - n));
    if (want >= even) return even;
    left -= want;
  }
  return total;
}
