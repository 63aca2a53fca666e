/** The ceiling: BullMQ's own worker, which reads each job and does nothing. */
import type { CallbackEvent } from '@sinch-callbacks/core';
import { Worker } from 'bullmq';
import { liveQueue, workerOptions } from '../live-queues.ts';
import { contend } from './contender.ts';

await contend(async ({ redisUrl, concurrency }, reportHandled) => {
  const worker = new Worker<CallbackEvent>(
    liveQueue,
    async ({ data }) => {
      if (data.key !== '') reportHandled();
    },
    { ...workerOptions(redisUrl), concurrency },
  );
  await worker.waitUntilReady();
  return () => worker.run();
});
