import { until } from '@sinch-callbacks/dev-env/processes';
import { openFaultProxy } from '@sinch-callbacks/dev-env/servers';
import { sized } from '@sinch-callbacks/dev-env/sizes';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openWorkerWorld, reportEvent, type WorkerWorld } from './worker-support.ts';

let world: WorkerWorld;

beforeEach(async () => {
  world = await openWorkerWorld();
});

afterEach(async () => {
  await world.close();
});

const numbered = (count: number) =>
  Array.from({ length: count }, (_, index) => reportEvent(`01M${index}`));

const manyEvents = sized({ short: 1_500, long: 5_000 });
/** When what a dead worker held is taken over: after 30 s, or sooner. */
const queue = sized({
  short: { lockDurationMs: 6_000, lockRenewalMs: 1_500, stalledIntervalMs: 500 },
  long: {},
});

const soon = (what: string) => ({ what, timeoutMs: 50_000, intervalMs: 50 });

describe('a worker', () => {
  it('that is killed in the middle of thousands of events leaves each to be applied exactly once', async () => {
    const events = numbered(manyEvents);
    const first = await world.start({}, { timings: { queue } });
    const enqueued = world.enqueue(events);
    await until(async () => ((await world.states())['APPLIED'] ?? 0) > 300, soon('some events'));
    await first.kill();
    await enqueued;
    expect((await world.states())['APPLIED']).toBeLessThan(manyEvents);

    await world.start({}, { timings: { queue } });
    await until(
      async () => (await world.states())['APPLIED'] === manyEvents,
      soon('every event to be applied'),
    );
    const { prisma } = world.database;
    expect(await world.states()).toEqual({ APPLIED: manyEvents });
    expect(await prisma.messageStatus.count()).toBe(manyEvents);
    expect(await prisma.message.count()).toBe(manyEvents);
  }, 180_000);

  it('that is told to stop finishes what it has in hand and ends with 0', async () => {
    const worker = await world.start({ WORKER_CONCURRENCY: '20' });
    const enqueued = world.enqueue(numbered(2_000));
    await until(async () => ((await world.states())['APPLIED'] ?? 0) > 50, soon('some events'));
    expect(await worker.stop()).toEqual({ code: 0, signal: null });
    await enqueued;
    await world.start();
    await until(async () => (await world.states())['APPLIED'] === 2_000, soon('the rest'));
    const again = await world.database.prisma.callbackEvent.count({
      where: { attempts: { gt: 1 } },
    });
    expect(again).toBe(0);
  }, 180_000);

  it('sits out a database that is away: no attempt is counted and nothing is dead', async () => {
    const proxy = await openFaultProxy(world.databaseUrl);
    const worker = await world.start({ DATABASE_URL: proxy.url });
    await proxy.cut();
    await world.enqueue(numbered(50));
    await until(async () => (await statusOf(worker.adminUrl, '/readyz')) === 503, soon('a 503'));
    expect(await statusOf(worker.adminUrl, '/healthz')).toBe(200);
    expect(await world.states()).toEqual({});
    await proxy.restore();
    await until(async () => (await world.states())['APPLIED'] === 50, soon('all to be applied'));
    const attempts = await world.database.prisma.callbackEvent.groupBy({ by: ['attempts'] });
    expect(attempts).toEqual([{ attempts: 1 }]);
    await until(async () => (await statusOf(worker.adminUrl, '/readyz')) === 200, soon('a 200'));
    await worker.stop();
    await proxy.close();
  });

  it('that is told to stop while the database is away gives its events back', async () => {
    const proxy = await openFaultProxy(world.databaseUrl);
    const worker = await world.start({ DATABASE_URL: proxy.url });
    await proxy.cut();
    await world.enqueue(numbered(20));
    await until(() => worker.lastLines().includes('dependency lost'), soon('it to notice'));
    expect(await worker.stop()).toEqual({ code: 0, signal: null });
    await world.start();
    await until(async () => (await world.states())['APPLIED'] === 20, soon('all to be applied'));
    const attempts = await world.database.prisma.callbackEvent.groupBy({ by: ['attempts'] });
    expect(attempts).toEqual([{ attempts: 1 }]);
  });

  it('applies what was queued on Postgres while Redis was away, and what is on both only once', async () => {
    const [both, ...others] = numbered(20);
    if (both === undefined) throw new Error('no events');
    const worker = await world.start();
    await world.enqueue([both]);
    await world.enqueue([both, ...others], world.fallback);
    await until(async () => (await world.states())['APPLIED'] === 20, soon('all to be applied'));
    expect(await world.database.prisma.messageStatus.count()).toBe(20);
    expect(await statusOf(worker.adminUrl, '/readyz')).toBe(200);
  });

  it('goes on by itself after its queue was away', async () => {
    const proxy = await openFaultProxy(world.location.backend.url);
    const worker = await world.start({ REDIS_URL: proxy.url });
    await world.enqueue(numbered(10));
    await until(async () => (await world.states())['APPLIED'] === 10, soon('the first ten'));
    await proxy.cut();
    await until(async () => (await statusOf(worker.adminUrl, '/readyz')) === 503, soon('a 503'));
    await world.enqueue([reportEvent('01LATE')]);
    await proxy.restore();
    await until(async () => (await world.states())['APPLIED'] === 11, soon('the late one'));
    await worker.stop();
    await proxy.close();
  });
});

async function statusOf(adminUrl: string, path: string): Promise<number> {
  return (await fetch(adminUrl + path)).status;
}
