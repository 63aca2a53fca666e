import { once } from 'node:events';
import { until } from '@sinch-callbacks/dev-env/processes';
import { openFaultProxy } from '@sinch-callbacks/dev-env/servers';
import { expect, it, onTestFinished } from 'vitest';
import { openDatabase, runExclusively } from '../src/index.ts';
import { useMigratedDatabase } from './support.ts';

const migrated = useMigratedDatabase();

it('exclusive work is done by one at a time, and by the next once it has ended', async () => {
  const { database } = migrated;
  const [started, end] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const first = runExclusively(database, 'reconcile', async () => {
    started.resolve();
    await end.promise;
    return 1;
  });
  await started.promise;
  const work = async () => 2;
  expect(await runExclusively(database, 'reconcile', work)).toEqual({ kind: 'busy' });
  end.resolve();
  expect(await first).toEqual({ kind: 'done', value: 1 });
  expect(await runExclusively(database, 'reconcile', work)).toEqual({ kind: 'done', value: 2 });
});

it('exclusive work that fails holds up no other', async () => {
  const { database } = migrated;
  const failing = runExclusively(database, 'reconcile', () => Promise.reject(new Error('planted')));
  await expect(failing).rejects.toThrow('planted');
  expect(await runExclusively(database, 'reconcile', async () => 3)).toMatchObject({ value: 3 });
});

it('exclusive work gets a signal when its lock is lost, and another may begin', async () => {
  const { database, read } = migrated;
  const started = Promise.withResolvers<void>();
  const run = runExclusively(database, 'reconcile', async (lost) => {
    started.resolve();
    await once(lost, 'abort');
    return 'stopped';
  });
  await started.promise;
  await read(`SELECT pg_terminate_backend(pid) FROM pg_locks
    WHERE locktype = 'advisory' AND objid = 727411904 AND granted
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`);
  expect(await run).toEqual({ kind: 'done', value: 'stopped' });
  expect(await runExclusively(database, 'reconcile', async () => 4)).toMatchObject({ value: 4 });
});

it('exclusive work gets its signal soon where its connection is dropped silently', async () => {
  const proxy = await openFaultProxy(migrated.url);
  onTestFinished(async () => await proxy.close());
  const patient = openDatabase({ url: proxy.url, limits: { silenceTimeoutMs: 30 * 60_000 } });
  const run = runExclusively(patient, 'reconcile', async (lost) => {
    proxy.forget();
    await once(lost, 'abort');
    return 'stopped';
  });
  expect(await run).toEqual({ kind: 'done', value: 'stopped' });
  await patient.close();
});

it('exclusive work holds its lock for longer than its connection may be silent', async () => {
  const patient = openDatabase({ url: migrated.url, limits: { silenceTimeoutMs: 6_000 } });
  const run = runExclusively(patient, 'reconcile', async (lost) => {
    const startedAt = Date.now();
    await until(() => Date.now() - startedAt > 7_000, { what: 'a long silence' });
    return lost.aborted;
  });
  expect(await run).toEqual({ kind: 'done', value: false });
  await patient.close();
});
