import { until } from '@sinch-callbacks/dev-env/processes';
import { type FaultProxy, openFaultProxy } from '@sinch-callbacks/dev-env/servers';
import { beforeEach, expect, inject, it } from 'vitest';
import {
  type CallbackProducer,
  openProducer,
  type QueueLocation,
  withFallback,
} from '../../src/index.ts';
import { countWaiting, eventOf, limit, useQueueHarness } from '../queue-harness.ts';

const harness = useQueueHarness('postgres');
let redis: FaultProxy;
let postgres: FaultProxy;
let locations: { redis: QueueLocation; postgres: QueueLocation };
let producer: CallbackProducer;

beforeEach(async () => {
  const location = harness.location();
  redis = harness.closing(await openFaultProxy(inject('redisUrl')));
  postgres = harness.closing(await openFaultProxy(location.backend.url));
  locations = {
    redis: { ...location, backend: { kind: 'redis', url: redis.url } },
    postgres: { ...location, backend: { kind: 'postgres', url: postgres.url } },
  };
  producer = harness.closing(
    withFallback(
      openProducer({ ...locations.redis, timeoutMs: 500 }),
      openProducer({ ...locations.postgres, timeoutMs: 5_000 }),
    ),
  );
});

it('queues on Postgres while Redis is down, and on Redis again once it is up', async () => {
  expect(await producer.enqueue(eventOf('before'))).toEqual({ kind: 'queued' });
  await redis.cut();
  for (const text of ['1', '2', '3', '4', '5', '6']) {
    expect(await producer.enqueue(eventOf(text))).toEqual({ kind: 'queued' });
  }
  expect(await producer.isReachable()).toBe(true);
  expect(await countWaiting(locations.postgres)).toBe(6);
  await redis.restore();
  let sent = 0;
  await until(async () => {
    sent += 1;
    expect(await producer.enqueue(eventOf(`back ${sent}`))).toEqual({ kind: 'queued' });
    return (await countWaiting(locations.redis)) > 1;
  }, limit('the main path to be taken again'));
});

it('is unavailable only when both are down', async () => {
  await Promise.all([redis.cut(), postgres.cut()]);
  expect(await producer.enqueue(eventOf('one'))).toMatchObject({ kind: 'unavailable' });
  expect(await producer.isReachable()).toBe(false);
  await postgres.restore();
  await until(
    async () => (await producer.enqueue(eventOf('one'))).kind === 'queued',
    limit('Postgres to take events'),
  );
});

it('fails in time when neither answers, and uses Redis again while Postgres is still down', async () => {
  const quick = withFallback(
    openProducer({ ...locations.redis, timeoutMs: 300 }),
    openProducer({ ...locations.postgres, timeoutMs: 300 }),
  );
  try {
    await quick.enqueue(eventOf('before'));
    redis.freeze();
    postgres.freeze();
    const startedAt = performance.now();
    for (const text of ['1', '2', '3', '4']) {
      expect(await quick.enqueue(eventOf(text))).toMatchObject({ kind: 'unavailable' });
    }
    expect(performance.now() - startedAt).toBeLessThan(20_000);
    await redis.restore();
    await until(
      async () => (await quick.enqueue(eventOf('5'))).kind === 'queued',
      limit('Redis to be used again'),
    );
  } finally {
    await quick.close();
  }
});
