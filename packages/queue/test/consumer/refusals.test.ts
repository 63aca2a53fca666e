import { randomUUID } from 'node:crypto';
import { until } from '@sinch-callbacks/dev-env/processes';
import { type FaultyRedis, startFaultyRedis } from '@sinch-callbacks/dev-env/servers';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { type Consumer, openConsumer, openProducer, type QueueLocation } from '../../src/index.ts';
import { done, eventOf, limit } from '../queue-harness.ts';

const backlog = 5;
let redis: FaultyRedis;
let location: QueueLocation;
let consumer: Consumer | undefined;

beforeAll(async () => {
  redis = await startFaultyRedis();
}, 120_000);

afterAll(async () => {
  await redis.close();
});

beforeEach(async () => {
  const backend = { kind: 'redis', url: redis.url } as const;
  location = { backend, prefix: `r${randomUUID().slice(0, 8)}` };
  const producer = openProducer(location);
  for (let n = 0; n < backlog; n += 1) await producer.enqueue(eventOf(`${n}`));
  await producer.close();
  // Not full: jobs can be taken from a full Redis.
  await redis.command('CONFIG', 'SET', 'min-replicas-to-write', 1);
  await redis.command('CONFIG', 'RESETSTAT');
});

afterEach(async () => {
  await consumer?.close();
  await redis.repair();
});

async function consumeEvery(commandRetryMs: number) {
  const errors: string[] = [];
  consumer = openConsumer({
    ...location,
    lane: 'live',
    concurrency: backlog,
    handle: async () => await Promise.resolve(done()),
    recordLetter: async () => await Promise.resolve('recorded'),
    report: () => undefined,
    now: () => new Date('2026-01-02T03:04:05Z'),
    onConnectionError: ({ message }) => void errors.push(message),
    timings: { commandRetryMs },
  });
  await consumer.start();
  await until(() => consumer?.isRefused() === true, limit('a refusal'));
  return { consumer, errors };
}

async function countRefusals(): Promise<number> {
  const stats = String(await redis.command('INFO', 'errorstats'));
  return Number(/errorstat_NOREPLICAS:count=(\d+)/.exec(stats)?.[1]);
}

it('a Redis that refuses jobs is asked again after a pause, which a stop cuts short', async () => {
  const { consumer: refused, errors } = await consumeEvery(3_600_000);
  // Enough time for many more refusals, on a machine of any speed.
  for (let n = 0; n < 500; n += 1) await redis.command('PING');
  // One refusal each for the fetch, the check for stalled jobs, and the sweep. Redis counts a
  // script's refusal twice.
  expect(await countRefusals()).toBeLessThanOrEqual(6);
  expect(errors.length).toBeLessThanOrEqual(3);
  expect(errors[0]).toContain('NOREPLICAS');
  await refused.stopTaking();
}, 60_000);

it('once it takes writes again, its jobs are done and it no longer counts as refusing', async () => {
  const { consumer: refused } = await consumeEvery(20);
  await redis.repair();
  await until(() => refused.finishedJobs() === backlog, limit('all to be done'));
  expect(refused.isRefused()).toBe(false);
  await refused.stopTaking();
}, 60_000);

it('a producer that was opened while its password was refused takes events once it is right', async () => {
  await redis.command('CONFIG', 'SET', 'min-replicas-to-write', 0);
  await redis.applyFault('locked');
  const producer = openProducer({ ...location, timeoutMs: 500 });
  for (let n = 0; n < 3; n += 1) {
    expect(await producer.enqueue(eventOf(`refused ${n}`))).toMatchObject({ kind: 'unavailable' });
  }
  await redis.repair();
  await until(
    async () => (await producer.enqueue(eventOf('taken'))).kind === 'queued',
    limit('an event to be taken'),
  );
  await producer.close();
});
