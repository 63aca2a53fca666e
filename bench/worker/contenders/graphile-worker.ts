/**
 * graphile-worker with what its page on performance recommends for throughput: a local queue, and
 * completion in batches. The variant chooses how events are written.
 */
import type { CallbackEvent } from '@sinch-callbacks/core';
import { Logger, run } from 'graphile-worker';
import { openRowWriter, writeInBatches } from '../rows/open-row-writer.ts';
import { contend } from './contender.ts';

const setBasedJobs = 500;

await contend(async ({ databaseUrl, variant, concurrency }, reportHandled) => {
  const write = await openRowWriter(variant, databaseUrl, concurrency);
  const isSetBased = variant === 'set-based';
  const apply = isSetBased
    ? writeInBatches(write)
    : async (event: CallbackEvent) => await write([event]);
  const concurrentJobs = isSetBased ? setBasedJobs : concurrency;
  return () =>
    run({
      preset: {
        worker: {
          connectionString: databaseUrl,
          maxPoolSize: 10,
          concurrentJobs,
          pollInterval: 500,
          localQueue: { size: 1_000 },
          completeJobBatchDelay: 0,
          failJobBatchDelay: 0,
        },
      },
      noHandleSignals: true,
      logger: new Logger(() => () => undefined),
      taskList: {
        event: async (payload) => {
          await apply(payload as CallbackEvent);
          reportHandled();
        },
      },
    });
});
