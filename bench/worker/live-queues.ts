import { queueNames } from '@sinch-callbacks/queue';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';

/** One of the queues that live events lie in: there are several where they are partitioned. */
export interface LiveQueue {
  readonly name: string;
  readonly prefix: string;
}

const metaKey = new RegExp(`^(\\{[^}]+\\}):(${queueNames.live}(?:-\\d+)?):meta$`);
const scanCount = 10_000;

/** Those that somebody has put something into. */
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

/** Pauses them all, so that workers can start before they take jobs; the answer lets them. */
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

/** Where the product's producer puts its jobs. */
export const liveQueue = queueNames.live;
export const livePrefix = '{sinch}';

/** The product's own settings of its worker (packages/queue/src/consumer/consumer.ts), for every BullMQ contender. */
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
