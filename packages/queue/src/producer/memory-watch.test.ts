import { expect, it } from 'vitest';
import type { MemoryUse } from '../inspect/redis-info.ts';
import { createMemoryWatch } from './memory-watch.ts';

const percent = (used: number): MemoryUse => ({
  usedBytes: used,
  maxBytes: 100,
  systemBytes: undefined,
});

function start() {
  let at = 1_000_000;
  let asked = 0;
  const watch = createMemoryWatch(() => at);
  return {
    watch,
    asked: () => asked,
    async look(answer: Promise<MemoryUse> | MemoryUse, laterMs = 5_000) {
      at += laterMs;
      watch.refresh(async () => {
        asked += 1;
        return await answer;
      });
      // The answer is read in a later turn.
      await new Promise(setImmediate);
      return watch.isNearlyFull();
    },
    wait: (ms: number) => void (at += ms),
  };
}

it('is nearly full from 90 % on, and until it is below 85 %', async () => {
  const { look } = start();
  const shares = [0, 89, 90, 89, 85, 84, 89, 100, 86];
  const found: boolean[] = [];
  for (const share of shares) found.push(await look(percent(share)));
  expect(found).toEqual([false, false, true, true, true, false, false, true, true]);
});

it('asks once in five seconds, however often it is looked at', async () => {
  const { look, asked } = start();
  for (let n = 0; n < 100; n += 1) await look(percent(50), 100);
  expect(asked()).toBe(2);
});

it('asks again after an answer that never came, and does not trust an old one', async () => {
  const { look, watch, wait } = start();
  expect(await look(percent(95))).toBe(true);
  expect(await look(Promise.withResolvers<MemoryUse>().promise)).toBe(true);
  wait(30_000);
  expect(watch.isNearlyFull()).toBe(false);
  expect(await look(percent(95))).toBe(true);
});

it('dates an answer by its question, since the process may have been frozen in between', async () => {
  const { look, watch, wait } = start();
  const { promise, resolve } = Promise.withResolvers<MemoryUse>();
  await look(promise);
  wait(3_600_000);
  resolve(percent(95));
  await new Promise(setImmediate);
  expect(watch.isNearlyFull()).toBe(false);
});

it('without a limit of its own has the machine’s memory, and without that is never full', async () => {
  const { look } = start();
  const unlimited = { usedBytes: 95, maxBytes: 0 };
  expect(await look({ ...unlimited, systemBytes: 100 })).toBe(true);
  expect(await look({ ...unlimited, systemBytes: undefined })).toBe(false);
});

it('a clock that is set back freezes nothing', async () => {
  const { watch, look, wait } = start();
  expect(await look(percent(95))).toBe(true);
  wait(-3_600_000);
  expect(watch.isNearlyFull()).toBe(false);
  expect(await look(percent(95))).toBe(true);
  expect(await look(percent(10))).toBe(false);
});
