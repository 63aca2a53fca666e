import { until } from '@sinch-callbacks/dev-env/processes';
import { type FaultProxy, openFaultProxy } from '@sinch-callbacks/dev-env/servers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { numberedEvents, openWorkerWorld, soon, type WorkerWorld } from './worker-support.ts';

/** From the moment on at which the connections died. */
const boundMs = 60_000;

let world: WorkerWorld;
let proxy: FaultProxy | undefined;

beforeEach(async () => {
  world = await openWorkerWorld();
});

afterEach(async () => {
  await world.close();
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
      const where = isRedis ? world.location : world.fallback;
      proxy = await openFaultProxy(isRedis ? world.location.backend.url : world.databaseUrl);
      const worker = await world.start({ [isRedis ? 'REDIS_URL' : 'DATABASE_URL']: proxy.url });
      await world.enqueue(numberedEvents(5), where);
      await until(async () => (await world.states())['APPLIED'] === 5, soon('the first five'));
      const idleSince = performance.now();
      await until(() => performance.now() - idleSince > idleMs, soon('the lane to be idle'));
      proxy.forget();
      await world.enqueue(numberedEvents(5, '01LATE'), where);
      await until(
        async () => (await world.states())['APPLIED'] === 10,
        soon('the others', boundMs),
      );
      expect(await world.attempts()).toEqual([1]);
      expect(await worker.stop()).toEqual({ code: 0, signal: null });
    },
    180_000,
  );
});
