/** The usual way: a BullMQ worker with one Prisma transaction per event. */
import type { CallbackEvent } from '@sinch-callbacks/core';
import { openDatabase } from '@sinch-callbacks/db';
import { Worker } from 'bullmq';
import { liveQueue, workerOptions } from '../live-queues.ts';
import { applyWithPrisma } from '../rows/apply-with-prisma.ts';
import { contend } from './contender.ts';

await contend(async ({ databaseUrl, redisUrl, concurrency }, reportHandled) => {
  const { prisma } = openDatabase({ url: databaseUrl, poolSize: concurrency });
  await prisma.$queryRaw`SELECT 1`;
  const worker = new Worker<CallbackEvent>(
    liveQueue,
    async ({ data }) => {
      await applyWithPrisma(prisma, data);
      reportHandled();
    },
    { ...workerOptions(redisUrl), concurrency },
  );
  await worker.waitUntilReady();
  return () => worker.run();
});
