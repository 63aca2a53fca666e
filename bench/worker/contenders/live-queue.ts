import { queueNames } from '@sinch-callbacks/queue';

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
