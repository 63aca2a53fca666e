import { until } from '@sinch-callbacks/dev-env/processes';
import { type FaultProxy, openFaultProxy } from '@sinch-callbacks/dev-env/servers';
import { beforeEach, expect, inject, it } from 'vitest';
import { type CallbackProducer, openProducer, withFallback } from '../../src/index.ts';
import { countWaiting, eventOf, limit, useQueueHarness } from '../queue-harness.ts';

/** The timeout that ingest uses where there is a fallback. */
const mainTimeoutMs = 500;

const onPostgres = useQueueHarness('postgres');
let redis: FaultProxy;
let turns: string[];
let producer: CallbackProducer;

beforeEach(async () => {
  redis = onPostgres.closing(await openFaultProxy(inject('redisUrl')));
  turns = [];
  producer = onPostgres.closing(
    withFallback(
      openProducer({ ...onRedis(redis.url), timeoutMs: mainTimeoutMs }),
      openProducer({ ...onPostgres.location(), timeoutMs: 10_000 }),
      { onTurned: () => turns.push('fallback'), onReturned: () => turns.push('main') },
    ),
  );
});

function onRedis(url: string) {
  return { ...onPostgres.location(), backend: { kind: 'redis', url } } as const;
}

async function waitingOnRedis(): Promise<number> {
  return await countWaiting(onRedis(inject('redisUrl')));
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
  expect(turns).toEqual(['fallback', 'main']);
});

it('a Redis 160 ms away is used also by events that are seconds apart', async () => {
  redis.beDistant(160);
  let queued = 0;
  for (let n = 0; queued < 2; n += 1) {
    await producer.enqueue(eventOf(`apart ${n}`));
    const from = performance.now();
    await until(() => performance.now() - from > 1_500, limit('more than a second'));
    queued = await waitingOnRedis();
    expect(n).toBeLessThan(8);
  }
}, 60_000);
