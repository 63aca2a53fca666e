import type { Consumer } from '../src/index.ts';

/** The consumers of all partitions as one, for tests of what holds for a queue as a whole. */
export function joinConsumers(consumers: readonly Consumer[]): Consumer {
  const sum = (numbers: readonly number[]) => numbers.reduce((total, one) => total + one, 0);
  const all = async (act: (consumer: Consumer) => Promise<void>) => {
    await Promise.all(consumers.map(act));
  };
  return {
    start: async () => await all((consumer) => consumer.start()),
    stopTaking: async () => await all((consumer) => consumer.stopTaking()),
    close: async () => await all((consumer) => consumer.close()),
    finishedJobs: () => sum(consumers.map((consumer) => consumer.finishedJobs())),
    jobsInProgress: () => sum(consumers.map((consumer) => consumer.jobsInProgress())),
    oldestInHand: () => consumers.map((consumer) => consumer.oldestInHand()).find(Boolean),
    connectionErrors: () => sum(consumers.map((consumer) => consumer.connectionErrors())),
    isRefused: () => consumers.some((consumer) => consumer.isRefused()),
    countWaiting: async () =>
      sum(await Promise.all(consumers.map((consumer) => consumer.countWaiting()))),
    stock: async () => await Promise.reject(new Error('each has its own')),
    setConcurrency(concurrency) {
      for (const consumer of consumers) consumer.setConcurrency(concurrency);
    },
  };
}
