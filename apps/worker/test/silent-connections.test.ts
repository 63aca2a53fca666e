import { until } from '@sinch-callbacks/dev-env/processes';
import { type FaultProxy, openFaultProxy } from '@sinch-callbacks/dev-env/servers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  numberedEvents,
  openWorkerFixture,
  soon,
  type WorkerFixture,
} from './support/worker-fixture.ts';

/** From the moment on at which the connections died. */
const boundMs = 60_000;

let fixture: WorkerFixture;
let proxy: FaultProxy | undefined;

beforeEach(async () => {
  fixture = await openWorkerFixture();
});

afterEach(async () => {
  await fixture.close();
  await proxy?.close();
});

describe('a worker whose connections died without a word', () => {
  // A pool closes what nothing uses after ten seconds: then few connections are left to notice.
  it.each([
    ['Redis', 0],
    ['Postgres', 25_000],
  ] as const)(
    'applies within a minute what comes after, from %s',
    async (server, idleMs) => {
      const isRedis = server === 'Redis';
      const where = isRedis ? fixture.location : fixture.fallback;
      proxy = await openFaultProxy(isRedis ? fixture.location.backend.url : fixture.databaseUrl);
      const worker = await fixture.start({ [isRedis ? 'REDIS_URL' : 'DATABASE_URL']: proxy.url });
      await fixture.enqueue(numberedEvents(5), where);
      await until(async () => (await fixture.states())['APPLIED'] === 5, soon('the first five'));
      const idleSince = performance.now();
      await until(() => performance.now() - idleSince > idleMs, soon('the lane to be idle'));
      proxy.forget();
      await fixture.enqueue(numberedEvents(5, '01LATE'), where);
      await until(
        async () => (await fixture.states())['APPLIED'] === 10,
        soon('the others', boundMs),
      );
      expect(await fixture.attempts()).toEqual([1]);
      expect(await worker.stop()).toEqual({ code: 0, signal: null });
    },
    180_000,
  );
});
