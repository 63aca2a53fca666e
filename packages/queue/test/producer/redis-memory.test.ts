import { randomUUID } from 'node:crypto';
import { until } from '@sinch-callbacks/dev-env/processes';
import { type FaultyRedis, startFaultyRedis } from '@sinch-callbacks/dev-env/servers';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import {
  type CallbackProducer,
  inspectBackend,
  openProducer,
  type QueueLocation,
  withFallback,
} from '../../src/index.ts';
import { countWaiting, eventOf, limit, useQueueHarness } from '../queue-harness.ts';

const onPostgres = useQueueHarness('postgres');
const timeoutMs = 10_000;
let redis: FaultyRedis;
let onRedis: QueueLocation;

beforeAll(async () => {
  redis = await startFaultyRedis();
}, 120_000);

afterAll(async () => {
  await redis.close();
});

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'] });
  onRedis = { backend: { kind: 'redis', url: redis.url }, prefix: `m${randomUUID().slice(0, 8)}` };
});

afterEach(async () => {
  vi.useRealTimers();
  await redis.command('CONFIG', 'SET', 'maxmemory', 0);
  await redis.command('FLUSHALL');
});

/** Sets the limit so that this share of it is used now. */
async function beFull(share: number): Promise<void> {
  const state = await inspectBackend(onRedis.backend);
  if (state.kind !== 'redis') throw new Error(state.kind);
  const limitBytes = Math.round(state.memory.usedBytes / share);
  await redis.command('CONFIG', 'SET', 'maxmemory', limitBytes);
}

function openBoth(): CallbackProducer {
  const main = openProducer({ ...onRedis, timeoutMs });
  const fallback = openProducer({ ...onPostgres.location(), timeoutMs });
  return onPostgres.closing(withFallback(main, fallback));
}

/** Resolves when the producer has noticed the new limit of its Redis. */
async function notices(producer: CallbackProducer, isNearlyFull: boolean): Promise<void> {
  vi.setSystemTime(Date.now() + 5_000);
  const text = `looks ${Date.now()}`;
  await producer.enqueue(eventOf(text));
  await until(() => producer.isNearlyFull() === isNearlyFull, limit(`${isNearlyFull}`));
}

it('events go to Postgres before Redis is full, and to Redis again once it has room', async () => {
  const producer = openBoth();
  await producer.enqueue(eventOf('first'));
  await beFull(0.93);
  await notices(producer, true);
  const held = await countWaiting(onRedis);
  for (const text of ['1', '2', '3']) {
    expect(await producer.enqueue(eventOf(text))).toEqual({ kind: 'queued' });
  }
  expect([await countWaiting(onRedis), await countWaiting(onPostgres.location())]).toEqual([
    held,
    3,
  ]);

  await beFull(0.5);
  await notices(producer, false);
  expect(await producer.enqueue(eventOf('4'))).toEqual({ kind: 'queued' });
  expect(await countWaiting(onRedis)).toBe(held + 1);
});

it('watching its memory costs Redis one question in five seconds, whatever the load', async () => {
  const producer = onPostgres.closing(openProducer({ ...onRedis, timeoutMs }));
  await producer.enqueue(eventOf('opens the connection'));
  // An answer over the same connection, which comes after the one to the first read.
  expect(await producer.isReachable()).toBe(true);
  const asked = async () => {
    const stats = String(await redis.command('INFO', 'commandstats'));
    return Number(/cmdstat_info:calls=(\d+)/.exec(stats)?.[1]);
  };
  vi.setSystemTime(Date.now() + 5_000);
  const before = await asked();
  for (let n = 0; n < 200; n += 1) await producer.enqueue(eventOf(`${n}`));
  // Each read of the count is an INFO command as well.
  expect(await asked()).toBeLessThanOrEqual(before + 1 + 1);
});

it('what Redis refuses when its memory is full is never called queued', async () => {
  const producer = onPostgres.closing(openProducer({ ...onRedis, timeoutMs }));
  await producer.enqueue(eventOf('first'));
  await beFull(0.6);
  const outcomes = await fillUp(producer);
  expect(outcomes.at(-1)).toEqual({ kind: 'unavailable', reason: 'OOM' });
  const queued = outcomes.filter(({ kind }) => kind === 'queued').length;
  expect(await countWaiting(onRedis)).toBe(queued + 1);
});

it('what Redis refuses when its memory is full is queued on Postgres at once', async () => {
  const producer = openBoth();
  await producer.enqueue(eventOf('first'));
  await beFull(0.6);
  const outcomes = await fillUp(producer);
  expect(new Set(outcomes.map(({ kind }) => kind))).toEqual(new Set(['queued']));
  const [held, elsewhere] = [
    await countWaiting(onRedis),
    await countWaiting(onPostgres.location()),
  ];
  expect(held + elsewhere).toBe(outcomes.length + 1);
  expect(elsewhere).toBeGreaterThan(0);
});

/** Enqueues more than the memory can hold. */
async function fillUp(producer: CallbackProducer) {
  const outcomes = [];
  for (let n = 0; n < 200; n += 1) {
    outcomes.push(await producer.enqueue(eventOf(`${n} ${'x'.repeat(20_000)}`)));
  }
  return outcomes;
}
