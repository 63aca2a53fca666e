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

/** As ingest has it where there is a fallback. */
const mainTimeoutMs = 500;

let database: TestDatabase;
let redis: FaultProxy;
let main: QueueLocation;
let turns: string[];
let producer: CallbackProducer;

beforeAll(async () => {
  database = await createDatabase(inject('postgresUrl'));
});

afterAll(async () => {
  await database.drop();
});

beforeEach(async () => {
  const prefix = `d${randomUUID().slice(0, 8)}`;
  redis = await openFaultProxy(inject('redisUrl'));
  main = { backend: { kind: 'redis', url: redis.url }, prefix };
  const fallback = { backend: { kind: 'postgres', url: database.url }, prefix } as const;
  await migrateQueue(fallback);
  turns = [];
  producer = withFallback(
    openProducer({ ...main, timeoutMs: mainTimeoutMs }),
    openProducer({ ...fallback, timeoutMs: 10_000 }),
    { onTurned: () => turns.push('away'), onReturned: () => turns.push('back') },
  );
});

afterEach(async () => {
  await producer.close();
  await redis.close();
});

async function waitingOnRedis(): Promise<number> {
  const location = { ...main, backend: { kind: 'redis', url: inject('redisUrl') } } as const;
  const queue = openQueue(location, queueNames.live, { kind: 'wait' }, () => undefined);
  try {
    return await queue.getWaitingCount();
  } finally {
    await queue.close();
  }
}

it.each([120, 160])('a Redis %i ms away is used, though it takes longer to connect', async (ms) => {
  redis.beDistant(ms);
  let sent = 0;
  const enqueue = async () => {
    sent += 1;
    expect(await producer.enqueue(eventOf(`${ms} ${sent}`))).toEqual({ kind: 'queued' });
  };
  await until(async () => {
    await enqueue();
    return (await waitingOnRedis()) > 0;
  }, limit('Redis to be used'));
  const held = await waitingOnRedis();
  for (let n = 0; n < 10; n += 1) await enqueue();
  expect(await waitingOnRedis()).toBe(held + 10);
  expect(turns).toEqual(['away', 'back']);
});

it('a Redis 160 ms away is used also by events that are seconds apart', async () => {
  redis.beDistant(160);
  let onRedis = 0;
  for (let n = 0; onRedis < 2; n += 1) {
    await producer.enqueue(eventOf(`apart ${n}`));
    const from = performance.now();
    await until(() => performance.now() - from > 1_500, limit('more than a second'));
    onRedis = await waitingOnRedis();
    expect(n).toBeLessThan(8);
  }
}, 60_000);
