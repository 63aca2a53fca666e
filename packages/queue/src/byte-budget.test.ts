import { setImmediate as turn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { createByteBudget } from './byte-budget.ts';

function start(maxBytes: number) {
  const budget = createByteBudget(maxBytes);
  const running = new Map<string, () => void>();
  return {
    begin(name: string, bytes: number) {
      void budget.within(bytes, async () => {
        const { promise, resolve } = Promise.withResolvers<void>();
        running.set(name, resolve);
        await promise;
        running.delete(name);
      });
    },
    async end(name: string) {
      running.get(name)?.();
      await turn();
    },
    running: () => [...running.keys()],
  };
}

it('no more bytes than allowed are in progress, and each gets its turn', async () => {
  const { begin, end, running } = start(10);
  begin('a', 6);
  begin('b', 6);
  begin('c', 2);
  expect(running()).toEqual(['a']);
  await end('a');
  expect(running()).toEqual(['b', 'c']);
});

it('one that is larger than all there is goes alone', async () => {
  const { begin, end, running } = start(10);
  begin('small', 1);
  begin('large', 50);
  expect(running()).toEqual(['small']);
  await end('small');
  expect(running()).toEqual(['large']);
  begin('next', 1);
  await end('large');
  expect(running()).toEqual(['next']);
});
