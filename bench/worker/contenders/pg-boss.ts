/**
 * pg-boss with its fastest settings for a backlog: large batches, several at once, fetched without
 * a pause while full, no sorting by priority. The variant chooses how events are written.
 */
import type { CallbackEvent } from '@sinch-callbacks/core';
import { PgBoss } from 'pg-boss';
import { openRowWriter } from '../rows/open-row-writer.ts';
import { contend } from './contender.ts';

const batchSize = 500;
/** Batches in progress: the next is fetched while one is written. */
const localConcurrency = 2;

await contend(async ({ databaseUrl, variant, concurrency }, reportHandled) => {
  const boss = new PgBoss({
    connectionString: databaseUrl,
    supervise: false,
    schedule: false,
    migrate: false,
  });
  await boss.start();
  const write = await openRowWriter(variant, databaseUrl, concurrency);
  const options = {
    batchSize,
    localConcurrency,
    burstWhenBatchFull: true,
    pollingIntervalSeconds: 0.5,
    priority: false,
    orderByCreatedOn: false,
  };
  return () =>
    boss.work<CallbackEvent>('events', options, async (jobs) => {
      await write(jobs.map(({ data }) => data));
      reportHandled(jobs.length);
    });
});
