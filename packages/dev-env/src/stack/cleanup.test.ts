import { expect, test } from 'vitest';
import { createCleanup } from './cleanup.ts';

test('the last one opened is closed first, and each once', async () => {
  const closed: string[] = [];
  const cleanup = createCleanup(() => undefined);
  for (const name of ['postgres', 'redis', 'worker']) {
    cleanup.add(name, async () => void closed.push(name));
  }

  await Promise.all([cleanup.closeAll(), cleanup.closeAll()]);

  expect(closed).toEqual(['worker', 'redis', 'postgres']);
});

test('one that does not close is reported, and the others are closed', async () => {
  const closed: string[] = [];
  const problems: string[] = [];
  const cleanup = createCleanup((problem) => void problems.push(problem));
  cleanup.add('postgres', async () => void closed.push('postgres'));
  cleanup.add('redis', () => Promise.reject(new Error('refused')));

  await cleanup.closeAll();

  expect(closed).toEqual(['postgres']);
  expect(problems).toEqual(['redis did not close: refused']);
});
