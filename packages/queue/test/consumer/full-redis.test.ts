import { randomUUID } from 'node:crypto';
import { until } from '@sinch-callbacks/dev-env/processes';
import { startRedis } from '@sinch-callbacks/dev-env/servers';
import { Redis } from 'ioredis';
import { afterEach, expect, it } from 'vitest';
import {
  type HandleOutcome,
  inspectBackend,
  openConsumer,
  openProducer,
  type QueueLocation,
} from '../../src/index.ts';
import { done, eventOf, failed, limit } from '../queue-harness.ts';

const bodies = 130;
const bodyLength = 500_000;

let closers: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  const open = closers.toReversed();
  closers = [];
  for (const close of open) await close();
});

/** Starts a Redis of 64 MiB, which cannot hold all bodies. */
async function startSmallRedis(): Promise<QueueLocation> {
  const settings = ['maxmemory 64mb'];
  const redis = await startRedis({ sources: ['binary', 'debian'], settings });
  if (redis.kind === 'unavailable') throw new Error(redis.message);
  closers.push(() => redis.close());
  const backend = { kind: 'redis', url: redis.url } as const;
  return { backend, prefix: `s${randomUUID().slice(0, 8)}` };
}

/** Enqueues all bodies, and returns the keys of the events that were queued. */
async function fillUp(location: QueueLocation): Promise<string[]> {
  const producer = openProducer({ ...location, timeoutMs: 20_000 });
  const queued: string[] = [];
  const reasons = new Set<string>();
  for (let n = 0; n < bodies; n += 1) {
    const event = eventOf(`${n} ${'x'.repeat(bodyLength)}`);
    const outcome = await producer.enqueue(event);
    if (outcome.kind === 'queued') queued.push(event.key);
    else reasons.add(outcome.reason);
  }
  await producer.close();
  expect([...reasons]).toEqual(['OOM']);
  return queued;
}

/** Sets a limit that stays exceeded when the buffers of the producer are gone. */
async function exceedLimit({ backend }: QueueLocation): Promise<void> {
  const state = await inspectBackend(backend);
  if (state.kind !== 'redis') throw new Error(state.kind);
  const redis = new Redis(backend.url);
  await redis.config('SET', 'maxmemory', state.memory.usedBytes - bodyLength);
  redis.disconnect();
}

async function consume(
  location: QueueLocation,
  answer: (key: string, attempt: number) => Promise<HandleOutcome>,
) {
  const dead: string[] = [];
  const consumer = openConsumer({
    ...location,
    lane: 'live',
    concurrency: 10,
    handle: async ({ key }, attempt) => await answer(key, attempt),
    recordLetter: async ({ event }) => {
      dead.push(event.key);
      return await Promise.resolve('recorded');
    },
    report: () => undefined,
    now: () => new Date(),
    onConnectionError: () => undefined,
  });
  closers.push(() => consumer.close());
  await consumer.start();
  return { consumer, dead };
}

it('every acknowledged event of a Redis that is full of waiting ones is applied', async () => {
  const location = await startSmallRedis();
  const queued = await fillUp(location);
  await exceedLimit(location);
  const applied = new Set<string>();
  const [retried, dead] = queued;
  await consume(location, async (key, attempt) => {
    if (key === retried && attempt === 1) return await Promise.resolve(failed('transient'));
    if (key === dead) return await Promise.resolve(failed('permanent'));
    applied.add(key);
    return await Promise.resolve(done());
  });
  await until(() => applied.size === queued.length - 1, limit('all to be applied'));
  expect(applied).toEqual(new Set(queued.filter((key) => key !== dead)));
}, 120_000);

it('what a worker gives back is taken again, though Redis is full', async () => {
  const location = await startSmallRedis();
  const queued = await fillUp(location);
  await exceedLimit(location);
  const first = await consume(location, async () => await Promise.resolve({ kind: 'returned' }));
  await until(() => first.consumer.finishedJobs() > 20, limit('some to be taken and given back'));
  await first.consumer.stopTaking();
  const applied = new Set<string>();
  await consume(location, async (key) => {
    applied.add(key);
    return await Promise.resolve(done());
  });
  await until(() => applied.size === queued.length, limit('all to be applied'));
}, 120_000);

it('a Redis in which events were applied has room for as many again', async () => {
  const location = await startSmallRedis();
  for (const round of [1, 2]) {
    const queued = await fillUp(location);
    expect(queued.length, `in round ${round}`).toBeGreaterThan(100);
    const applied = new Set<string>();
    const { consumer } = await consume(location, async (key) => {
      applied.add(key);
      return await Promise.resolve(done());
    });
    await until(() => applied.size === queued.length, limit('all to be applied'));
    await consumer.stopTaking();
    await consumer.close();
  }
}, 120_000);
