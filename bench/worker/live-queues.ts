import { queueNames } from '@sinch-callbacks/queue';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';

/** One of the queues of live events; there are several with partitions. */
export interface LiveQueue {
  readonly name: string;
  readonly prefix: string;
}

const metaKey = new RegExp(`^(\\{[^}]+\\}):(${queueNames.live}(?:-\\d+)?):meta$`);
const scanCount = 10_000;

/** Finds the live queues that have had a job. */
export async function findLiveQueues(client: Redis): Promise<readonly LiveQueue[]> {
  const found: LiveQueue[] = [];
  const scan = client.scanStream({ match: `*:${queueNames.live}*:meta`, count: scanCount });
  for await (const keys of scan as AsyncIterable<string[]>) {
    for (const key of keys) {
      const [, prefix, name] = metaKey.exec(key) ?? [];
      if (prefix !== undefined && name !== undefined) found.push({ name, prefix });
    }
  }
  return found;
}

/** Pauses all live queues, so that workers start without taking jobs; the result resumes them. */
export async function pauseLiveQueues(redisUrl: string): Promise<() => Promise<void>> {
  const client = new Redis(redisUrl);
  const found = await findLiveQueues(client);
  client.disconnect();
  const queues = found.map(
    ({ name, prefix }) => new Queue(name, { prefix, connection: { url: redisUrl } }),
  );
  for (const queue of queues) await queue.pause();
  return async () => {
    await Promise.all(queues.map((queue) => queue.resume()));
    for (const queue of queues) await queue.close();
  };
}

/** Queue and prefix of our producer's jobs. */
export const liveQueue = queueNames.live;
export const livePrefix = '{sinch}';

/** Returns our worker's settings (packages/queue/src/consumer) for BullMQ contenders. */
export function workerOptions(redisUrl: string) {
  return {
    connection: { url: redisUrl, maxRetriesPerRequest: null },
    prefix: livePrefix,
    autorun: false,
    lockDuration: 15_000,
    lockRenewTime: 7_500,
    stalledInterval: 5_000,
    removeOnComplete: { age: 6 * 3600, count: 2_000 },
  };
}
