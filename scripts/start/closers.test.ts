import { expect, test } from 'vitest';
import { createClosers } from './closers.ts';

test('what was opened last is closed first, and each once', async () => {
  const closed: string[] = [];
  const closers = createClosers(() => undefined);
  for (const name of ['postgres', 'redis', 'worker']) {
    closers.add(name, async () => void closed.push(name));
  }

  await Promise.all([closers.closeAll(), closers.closeAll()]);

  expect(closed).toEqual(['worker', 'redis', 'postgres']);
});

test('one that does not close is named, and the others are closed all the same', async () => {
  const closed: string[] = [];
  const problems: string[] = [];
  const closers = createClosers((problem) => void problems.push(problem));
  closers.add('postgres', async () => void closed.push('postgres'));
  closers.add('redis', () => Promise.reject(new Error('refused')));

  await closers.closeAll();

  expect(closed).toEqual(['postgres']);
  expect(problems).toEqual(['redis did not close: refused']);
});
