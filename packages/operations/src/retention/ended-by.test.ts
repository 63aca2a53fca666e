import { once } from 'node:events';
import { expect, it } from 'vitest';
import { endedBy } from './ended-by.ts';

it('work that may go on comes to its end', async () => {
  expect(
    await endedBy(
      async () => true,
      async ({ aborted }) => aborted,
    ),
  ).toBe(false);
});

it('work that may not go on is aborted, at once and later', async () => {
  expect(
    await endedBy(
      async () => false,
      async ({ aborted }) => aborted,
    ),
  ).toBe(true);
  let asked = 0;
  const proceed = async () => (asked += 1) < 2;
  const untilAborted = async (signal: AbortSignal) => await once(signal, 'abort');
  await endedBy(proceed, untilAborted);
  expect(asked).toBe(2);
});

it('a question that fails ends the work, and is its error', async () => {
  const failing = endedBy(
    async () => await Promise.reject(new Error('planted')),
    async ({ aborted }) => aborted,
  );
  await expect(failing).rejects.toThrow('planted');
});
