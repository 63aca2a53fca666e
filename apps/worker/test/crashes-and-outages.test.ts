import { until } from '@sinch-callbacks/dev-env/processes';
import { openFaultProxy } from '@sinch-callbacks/dev-env/servers';
import { sized } from '@sinch-callbacks/dev-env/sizes';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openWorkerFixture, reportEvent, type WorkerFixture } from './support/worker-fixture.ts';

let fixture: WorkerFixture;

beforeEach(async () => {
  fixture = await openWorkerFixture();
});

afterEach(async () => {
  await fixture.close();
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
    const first = await fixture.start({}, { timings: { queue } });
    const enqueued = fixture.enqueue(events);
    await until(async () => ((await fixture.states())['APPLIED'] ?? 0) > 300, soon('some events'));
    await first.kill();
    await enqueued;
    expect((await fixture.states())['APPLIED']).toBeLessThan(manyEvents);

    await fixture.start({}, { timings: { queue } });
    await until(
      async () => (await fixture.states())['APPLIED'] === manyEvents,
      soon('every event to be applied'),
    );
    const { prisma } = fixture.database;
    expect(await fixture.states()).toEqual({ APPLIED: manyEvents });
    expect(await prisma.messageStatus.count()).toBe(manyEvents);
    expect(await prisma.message.count()).toBe(manyEvents);
  }, 180_000);

  it('that is stopped finishes its jobs in progress and exits with 0', async () => {
    const worker = await fixture.start({ WORKER_CONCURRENCY: '20' });
    const enqueued = fixture.enqueue(numbered(2_000));
    await until(async () => ((await fixture.states())['APPLIED'] ?? 0) > 50, soon('some events'));
    expect(await worker.stop()).toEqual({ code: 0, signal: null });
    await enqueued;
    await fixture.start();
    await until(async () => (await fixture.states())['APPLIED'] === 2_000, soon('the rest'));
    const again = await fixture.database.prisma.callbackEvent.count({
      where: { attempts: { gt: 1 } },
    });
    expect(again).toBe(0);
  }, 180_000);

  it('waits for a database that is down: no attempt is counted and nothing is dead', async () => {
    const proxy = await openFaultProxy(fixture.databaseUrl);
    const worker = await fixture.start({ DATABASE_URL: proxy.url });
    await proxy.cut();
    await fixture.enqueue(numbered(50));
    await until(async () => (await statusOf(worker.adminUrl, '/readyz')) === 503, soon('a 503'));
    expect(await statusOf(worker.adminUrl, '/healthz')).toBe(200);
    expect(await fixture.states()).toEqual({});
    await proxy.restore();
    await until(async () => (await fixture.states())['APPLIED'] === 50, soon('all to be applied'));
    const attempts = await fixture.database.prisma.callbackEvent.groupBy({ by: ['attempts'] });
    expect(attempts).toEqual([{ attempts: 1 }]);
    await until(async () => (await statusOf(worker.adminUrl, '/readyz')) === 200, soon('a 200'));
    await worker.stop();
    await proxy.close();
  });

  it('that is stopped while the database is down returns its events', async () => {
    const proxy = await openFaultProxy(fixture.databaseUrl);
    const worker = await fixture.start({ DATABASE_URL: proxy.url });
    await proxy.cut();
    await fixture.enqueue(numbered(20));
    await until(() => worker.lastLines().includes('dependency lost'), soon('it to notice'));
    expect(await worker.stop()).toEqual({ code: 0, signal: null });
    await fixture.start();
    await until(async () => (await fixture.states())['APPLIED'] === 20, soon('all to be applied'));
    const attempts = await fixture.database.prisma.callbackEvent.groupBy({ by: ['attempts'] });
    expect(attempts).toEqual([{ attempts: 1 }]);
  });

  it('applies events that were queued on Postgres while Redis was down, and those on both only once', async () => {
    const [both, ...others] = numbered(20);
    if (both === undefined) throw new Error('no events');
    const worker = await fixture.start();
    await fixture.enqueue([both]);
    await fixture.enqueue([both, ...others], fixture.fallback);
    await until(async () => (await fixture.states())['APPLIED'] === 20, soon('all to be applied'));
    expect(await fixture.database.prisma.messageStatus.count()).toBe(20);
    expect(await statusOf(worker.adminUrl, '/readyz')).toBe(200);
  });

  it('goes on after its queue was down', async () => {
    const proxy = await openFaultProxy(fixture.location.backend.url);
    const worker = await fixture.start({ REDIS_URL: proxy.url });
    await fixture.enqueue(numbered(10));
    await until(async () => (await fixture.states())['APPLIED'] === 10, soon('the first ten'));
    await proxy.cut();
    await until(async () => (await statusOf(worker.adminUrl, '/readyz')) === 503, soon('a 503'));
    await fixture.enqueue([reportEvent('01LATE')]);
    await proxy.restore();
    await until(async () => (await fixture.states())['APPLIED'] === 11, soon('the late one'));
    await worker.stop();
    await proxy.close();
  });
});

async function statusOf(adminUrl: string, path: string): Promise<number> {
  return (await fetch(adminUrl + path)).status;
}
