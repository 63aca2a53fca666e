import { expect, it } from 'vitest';
import { createSolitude } from './shared-exclusive-lock.ts';

it('whoever is alone waits for all others, and they for it, one such after the other', async () => {
  const { among, alone } = createSolitude();
  const running = new Set<string>();
  const seen: string[] = [];
  const work = (name: string) => async () => {
    running.add(name);
    for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
    seen.push([...running].join('+'));
    running.delete(name);
  };
  await Promise.all([
    among(work('a')),
    among(work('b')),
    alone(work('c')),
    among(work('d')),
    alone(work('e')),
    among(work('f')),
  ]);
  expect(seen).toContain('a+b');
  expect(seen).toContain('c');
  expect(seen).toContain('e');
  expect(seen.filter((names) => /[ce]/.test(names))).toEqual(['c', 'e']);
});

it('goes on after work that failed', async () => {
  const { among, alone } = createSolitude();
  const fail = async () => await Promise.reject(new Error('no'));
  await expect(alone(fail)).rejects.toThrow('no');
  await expect(among(fail)).rejects.toThrow('no');
  expect(await alone(async () => await Promise.resolve('done'))).toBe('done');
});
