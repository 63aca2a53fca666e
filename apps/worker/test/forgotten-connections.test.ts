import { until } from '@sinch-callbacks/dev-env/processes';
import { openFaultProxy } from '@sinch-callbacks/dev-env/servers';
import { afterEach, expect, it } from 'vitest';
import { numberedEvents, openWorkerFixture, soon, statusOf } from './support/worker-fixture.ts';

let closers: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  const open = closers.toReversed();
  closers = [];
  for (const close of open) await close();
});

const boundMs = 60_000;
const count = 1_000;

it.each(['on Redis', 'on Postgres'])(
  'connections to Postgres that died silently delay no event for longer than a minute, with the queue %s',
  async (place) => {
    const fixture = await openWorkerFixture();
    closers.push(() => fixture.close());
    const proxy = await openFaultProxy(fixture.databaseUrl);
    closers.push(() => proxy.close());
    const isOnRedis = place === 'on Redis';
    const where = isOnRedis ? fixture.location : fixture.fallback;
    const variables = { DATABASE_URL: proxy.url, ...(!isOnRedis && { REDIS_URL: '' }) };
    const worker = await fixture.start(variables);
    // In the middle of work, so that questions are under way on connections of every kind.
    await fixture.enqueue(numberedEvents(count), where);
    await until(async () => ((await fixture.states())['APPLIED'] ?? 0) > 20, soon('the first'));
    proxy.forget();
    await fixture.enqueue(numberedEvents(5, '01AFTER'), where);
    await until(
      async () => (await fixture.states())['APPLIED'] === count + 5,
      soon('all to be applied', boundMs),
    );
    expect(await fixture.attempts()).toEqual([1]);
    await until(
      async () => (await statusOf(worker, '/readyz')).status === 200,
      soon('the worker to be ready'),
    );
    expect(await worker.stop()).toEqual({ code: 0, signal: null });
  },
  240_000,
);
