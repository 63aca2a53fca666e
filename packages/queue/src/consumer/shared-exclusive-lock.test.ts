import { expect, it } from 'vitest';
import { createSharedExclusiveLock } from './shared-exclusive-lock.ts';

it('exclusive work waits for all shared work and the other way round, one exclusive after the other', async () => {
  const { shared, exclusive } = createSharedExclusiveLock();
  const running = new Set<string>();
  const seen: string[] = [];
  const work = (name: string) => async () => {
    running.add(name);
    for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
    seen.push([...running].join('+'));
    running.delete(name);
  };
  await Promise.all([
    shared(work('a')),
    shared(work('b')),
    exclusive(work('c')),
    shared(work('d')),
    exclusive(work('e')),
    shared(work('f')),
  ]);
  expect(seen).toContain('a+b');
  expect(seen).toContain('c');
  expect(seen).toContain('e');
  expect(seen.filter((names) => /[ce]/.test(names))).toEqual(['c', 'e']);
});

it('goes on after work that failed', async () => {
  const { shared, exclusive } = createSharedExclusiveLock();
  const fail = async () => await Promise.reject(new Error('no'));
  await expect(exclusive(fail)).rejects.toThrow('no');
  await expect(shared(fail)).rejects.toThrow('no');
  expect(await exclusive(async () => await Promise.resolve('done'))).toBe('done');
});
