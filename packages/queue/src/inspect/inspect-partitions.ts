import { Queue } from 'bullmq';
import { withDeadline } from '../connection/deadline.ts';
import { ignoreError, type QueueLocation, redisQueueKey } from '../connection/queue-backend.ts';
import { openRedis } from '../connection/redis-client.ts';
import { maxPartitions, queueNames } from '../contract/queue-names.ts';

const timeoutMs = 5_000;
const unfinished = ['waiting', 'active', 'delayed', 'prioritized', 'failed'] as const;

/** A partition of the live queue, and the number of its unfinished jobs. */
export interface PartitionCount {
  readonly partition: number;
  readonly name: string;
  readonly jobs: number;
}

/**
 * Counts the unfinished jobs in the partitions from `from` up to the highest possible one. Such
 * jobs are left over from a time with more partitions, and wait for a worker that reads them.
 * Returns the partitions that have some. A queue on Postgres has only one partition.
 * @throws when the queue does not answer in time.
 */
export async function inspectPartitions(
  location: QueueLocation,
  from: number,
): Promise<readonly PartitionCount[]> {
  const { backend } = location;
  if (backend.kind === 'postgres') return [];
  const partitions = Array.from({ length: maxPartitions - from }, (_, n) => from + n);
  const client = openRedis(backend.url, { kind: 'fail-fast', timeoutMs });
  client.on('error', ignoreError);
  try {
    const counting = Promise.all(partitions.map((partition) => countJobs(partition)));
    const counts = await withDeadline(counting, timeoutMs);
    return counts.filter(({ jobs }) => jobs > 0);
  } finally {
    client.disconnect();
  }

  async function countJobs(partition: number): Promise<PartitionCount> {
    const { name, prefix } = redisQueueKey({ ...location, partition }, queueNames.live);
    const options = { connection: client, skipVersionCheck: true, skipWaitingForReady: true };
    const queue = new Queue(name, { ...options, prefix });
    queue.on('error', ignoreError);
    return { partition, name, jobs: await queue.getJobCountByTypes(...unfinished) };
  }
}
