import { Queue } from 'bullmq';
import { withDeadline } from '../connection/deadline.ts';
import { type QueueLocation, redisQueueKey } from '../connection/queue-backend.ts';
import { openRedis } from '../connection/redis-client.ts';
import { maxPartitions, queueNames } from '../contract/queue-names.ts';

const timeoutMs = 5_000;
const unfinished = ['waiting', 'active', 'delayed', 'prioritized', 'failed'] as const;

/** A partition of the live queue, and the jobs in it that are not done. */
export interface PartitionCount {
  readonly partition: number;
  readonly name: string;
  readonly jobs: number;
}

/**
 * Looks into the partitions from `from` on, all that there could ever be, for jobs that are not
 * done. Those are left over from a time with more partitions, and wait for a worker that reads
 * them. Answers with the ones that hold some. On Postgres there is one partition alone.
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
  // Every call rejects by itself when the connection is broken.
  client.on('error', () => undefined);
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
    queue.on('error', () => undefined);
    return { partition, name, jobs: await queue.getJobCountByTypes(...unfinished) };
  }
}
