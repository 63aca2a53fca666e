import { randomUUID } from 'node:crypto';
import { until } from '@sinch-callbacks/dev-env/processes';
import {
  createDatabase,
  type FaultProxy,
  openFaultProxy,
  type TestDatabase,
} from '@sinch-callbacks/dev-env/servers';
import type {} from '@sinch-callbacks/dev-env/vitest';
import { afterAll, afterEach, beforeAll, beforeEach, expect, inject, it } from 'vitest';
import { openQueue } from '../src/connection/queue-backend.ts';
import {
  type CallbackProducer,
  migrateQueue,
  openProducer,
  type QueueLocation,
  queueNames,
  withFallback,
} from '../src/index.ts';
import { eventOf, limit } from './queue-world.ts';

let database: TestDatabase;
let redis: FaultProxy;
let postgres: FaultProxy;
let locations: { redis: QueueLocation; postgres: QueueLocation };
let producer: CallbackProducer;

beforeAll(async () => {
  database = await createDatabase(inject('postgresUrl'));
});

afterAll(async () => {
  await database.drop();
});

beforeEach(async () => {
  const prefix = `f${randomUUID().slice(0, 8)}`;
  redis = await openFaultProxy(inject('redisUrl'));
  postgres = await openFaultProxy(database.url);
  locations = {
    redis: { backend: { kind: 'redis', url: redis.url }, prefix },
    postgres: { backend: { kind: 'postgres', url: postgres.url }, prefix },
  };
  await migrateQueue(locations.postgres);
  producer = withFallback(
    openProducer({ ...locations.redis, timeoutMs: 500 }),
    openProducer({ ...locations.postgres, timeoutMs: 5_000 }),
  );
});

afterEach(async () => {
  await producer.close();
  await Promise.all([redis.close(), postgres.close()]);
});

async function waitingOn(location: QueueLocation): Promise<number> {
  const queue = openQueue(location, queueNames.live, { kind: 'wait' }, () => undefined);
  try {
    return await queue.getWaitingCount();
  } finally {
    await queue.close();
  }
}

it('queues on Postgres while Redis is away, and on Redis again once it is back', async () => {
  expect(await producer.enqueue(eventOf('before'))).toEqual({ kind: 'queued' });
  await redis.cut();
  for (const text of ['1', '2', '3', '4', '5', '6']) {
    expect(await producer.enqueue(eventOf(text))).toEqual({ kind: 'queued' });
  }
  expect(await producer.isReachable()).toBe(true);
  expect(await waitingOn(locations.postgres)).toBe(6);
  await redis.restore();
  let sent = 0;
  await until(async () => {
    sent += 1;
    expect(await producer.enqueue(eventOf(`back ${sent}`))).toEqual({ kind: 'queued' });
    return (await waitingOn(locations.redis)) > 1;
  }, limit('the main path to be taken again'));
});

it('is unavailable only when both are away', async () => {
  await Promise.all([redis.cut(), postgres.cut()]);
  expect(await producer.enqueue(eventOf('one'))).toMatchObject({ kind: 'unavailable' });
  expect(await producer.isReachable()).toBe(false);
  await postgres.restore();
  await until(
    async () => (await producer.enqueue(eventOf('one'))).kind === 'queued',
    limit('Postgres to take events'),
  );
});

it('says in time that both are black holes, and goes on with Redis while Postgres is still away', async () => {
  const impatient = withFallback(
    openProducer({ ...locations.redis, timeoutMs: 300 }),
    openProducer({ ...locations.postgres, timeoutMs: 300 }),
  );
  try {
    await impatient.enqueue(eventOf('before'));
    redis.freeze();
    postgres.freeze();
    const startedAt = performance.now();
    for (const text of ['1', '2', '3', '4']) {
      expect(await impatient.enqueue(eventOf(text))).toMatchObject({ kind: 'unavailable' });
    }
    expect(performance.now() - startedAt).toBeLessThan(20_000);
    await redis.restore();
    await until(
      async () => (await impatient.enqueue(eventOf('5'))).kind === 'queued',
      limit('Redis to be used, though it was to be spared'),
    );
  } finally {
    await impatient.close();
  }
});
