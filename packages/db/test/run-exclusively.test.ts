import { expect, it } from 'vitest';
import { runExclusively } from '../src/index.ts';
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
