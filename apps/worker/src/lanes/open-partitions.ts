import type { Consumer, ConsumerOptions, HandleEvent } from '@sinch-callbacks/queue';
import type { WatchedLane } from '../health/progress-monitor.ts';

/** One queue that this worker reads. */
export interface Lane extends WatchedLane {
  readonly name: 'live' | `live-${number}` | 'replay' | 'fallback';
  readonly consumer: Consumer;
}

/** Options that the lanes of all partitions share. */
interface SharedOptions {
  /** Jobs in progress, of all of them together. */
  readonly concurrency: number;
  readonly handle: HandleEvent;
}

/** Options of one partition's lane. */
type PartitionOptions = Pick<ConsumerOptions, 'concurrency' | 'handle'> & {
  readonly partition: number;
};

const rebalanceEveryMs = 250;

/**
 * Opens one lane for each partition of the live queue. They share a batcher, so that batches stay
 * as large as ever, and they share the concurrency: a busy partition gets what others do not use.
 * One has all the backlog, for example, after the number of partitions was raised.
 */
export function openPartitions(
  partitions: number,
  { concurrency, handle }: SharedOptions,
  open: (name: Lane['name'], options: PartitionOptions) => Lane,
  now: () => number = () => performance.now(),
): readonly Lane[] {
  const share = Math.max(1, Math.floor(concurrency / partitions));
  const limits = Array.from({ length: partitions }, () => share);
  let sharedAt = now();

  /** Called with each job and not by a timer: an idle worker has nothing to rebalance. */
  function rebalance(): void {
    if (now() - sharedAt < rebalanceEveryMs) return;
    sharedAt = now();
    const loads = lanes.map(({ consumer }, partition) => ({
      inProgress: consumer.jobsInProgress(),
      limit: limits[partition] ?? share,
    }));
    for (const [partition, limit] of shareConcurrency(concurrency, loads).entries()) {
      if (limits[partition] === limit) continue;
      limits[partition] = limit;
      lanes[partition]?.consumer.setConcurrency(limit);
    }
  }

  const handleAndRebalance: HandleEvent = async (event, attempt) => {
    rebalance();
    return await handle(event, attempt);
  };
  const lanes = limits.map((limit, partition) =>
    open(partition === 0 ? 'live' : `live-${partition}`, {
      partition,
      concurrency: limit,
      handle: partitions === 1 ? handle : handleAndRebalance,
    }),
  );
  return lanes;
}

/** Jobs that one lane has in progress, and its limit. */
export interface LaneLoad {
  readonly inProgress: number;
  readonly limit: number;
}

/**
 * Limits the jobs of each lane, so that all together have about `total`. A lane below its limit
 * gets what it has and a little more. Lanes at their limit share the rest evenly. Each gets at
 * least one.
 */
export function shareConcurrency(total: number, lanes: readonly LaneLoad[]): readonly number[] {
  const spare = Math.max(1, Math.floor(total / lanes.length / 4));
  const wanted = lanes.map(({ inProgress, limit }) =>
    inProgress >= limit ? total : inProgress + spare,
  );
  const level = levelOf(total, wanted);
  return wanted.map((want) => Math.max(1, Math.min(want, level)));
}

/** The greatest limit for each, if those that want less leave the rest to the others. */
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
