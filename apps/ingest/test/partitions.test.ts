import { randomUUID } from 'node:crypto';
import { until } from '@sinch-callbacks/dev-env/processes';
import {
  createDatabase,
  type RedisCluster,
  startRedisCluster,
  type TestDatabase,
} from '@sinch-callbacks/dev-env/servers';
import { migrateQueue, openBoardQueues, type QueueLocation } from '@sinch-callbacks/queue';
import { createSender } from '@sinch-callbacks/simulator';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { type Deployment, deployNext } from './servers/deploy-next.ts';
import type { StartedIngest } from './servers/start-ingest.ts';

const secret = 'current-secret';
// Of this one, each of three masters has one partition; others may leave one master without.
const prefix = 'sinch';
let deployment: Deployment;
let cluster: RedisCluster;
let database: TestDatabase;
let ingest: StartedIngest;

beforeAll(async () => {
  [deployment, cluster, database] = await Promise.all([
    deployNext(),
    startRedisCluster(),
    createDatabase(inject('postgresUrl')),
  ]);
  await migrateQueue(onPostgres());
  ingest = await deployment.start({
    SINCH_WEBHOOK_SECRET: secret,
    REDIS_URL: cluster.url,
    DATABASE_URL: database.url,
    QUEUE_PREFIX: prefix,
    QUEUE_PARTITIONS: '3',
  });
}, 120_000);

afterAll(async () => {
  await ingest?.stop();
  await cluster?.close();
  await database?.drop();
  await deployment?.remove();
});

const onCluster = (): QueueLocation => ({ backend: { kind: 'redis', url: cluster.url }, prefix });
const onPostgres = (): QueueLocation => ({
  backend: { kind: 'postgres', url: database.url },
  prefix,
});

/** How many events wait in each queue of live ones. */
async function waiting(location: QueueLocation, partitions: number): Promise<number[]> {
  const board = openBoardQueues(location, () => undefined, partitions);
  try {
    const live = board.queues.slice(0, partitions);
    return await Promise.all(live.map((queue) => queue.getWaitingCount()));
  } finally {
    await board.close();
  }
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, one) => total + one, 0);

it('every callback gets 200 on a cluster, also while one of its masters is down', async () => {
  const sender = createSender({ url: ingest.webhookUrl, secret });
  const send = async (id: string) => {
    const body = `{"message":{"id":"${id}"}}`;
    return (await sender.send(body)).status;
  };
  const sendMany = async (word: string) =>
    new Set(await Promise.all(Array.from({ length: 60 }, (_, n) => send(`${word}${n}`))));

  expect(await sendMany('BEFORE')).toEqual(new Set([200]));
  // On a busy machine the first ones may have gone to Postgres.
  await until(
    async () => {
      expect(await send(`FIRST${randomUUID()}`)).toBe(200);
      return (await waiting(onCluster(), 3)).every((count) => count > 0);
    },
    { what: 'every partition to be used', timeoutMs: 20_000 },
  );

  const [, second] = cluster.masters;
  await second?.kill();
  expect(await sendMany('AWAY')).toEqual(new Set([200]));
  expect((await fetch(ingest.healthUrl)).status).toBe(200);
  expect(sum(await waiting(onPostgres(), 1))).toBeGreaterThan(0);

  await second?.restart();
  const held = await waiting(onCluster(), 3);
  expect(sum(held) + sum(await waiting(onPostgres(), 1))).toBeGreaterThanOrEqual(120);
  await until(
    async () => {
      expect(await send(`BACK${randomUUID()}`)).toBe(200);
      const now = await waiting(onCluster(), 3);
      return now.every((count, partition) => count > (held[partition] ?? 0));
    },
    { what: 'every partition to be used again', timeoutMs: 30_000 },
  );
});
