import { expect, it } from 'vitest';
import { shareConcurrency } from './share-concurrency.ts';

const busy = (limit: number) => ({ inHand: limit, limit });
const idle = (limit: number) => ({ inHand: 0, limit });

it('lanes that all have enough to do have the same share', () => {
  expect(shareConcurrency(100, [busy(25), busy(60), busy(5), busy(10)])).toEqual([25, 25, 25, 25]);
});

it('one that alone has work may have nearly all of it in hand', () => {
  expect(shareConcurrency(100, [busy(25), idle(25), idle(25), idle(25)])).toEqual([82, 6, 6, 6]);
});

it('one that has little keeps what it has, and room to show that it needs more', () => {
  const [first = 0, second = 0, third = 0] = shareConcurrency(90, [
    busy(30),
    { inHand: 10, limit: 30 },
    busy(30),
  ]);
  expect(second).toBeGreaterThan(10);
  expect([first, first + second + third]).toEqual([third, 89]);
});

it('nobody starves, and all together have no more than there is to share', () => {
  for (let seed = 1; seed < 500; seed += 1) {
    const total = 1 + ((seed * 37) % 200);
    const lanes = Array.from({ length: 1 + (seed % 64) }, (_, n) => {
      const limit = 1 + ((seed * (n + 3)) % 50);
      return { limit, inHand: (seed * (n + 11)) % (limit + 1) };
    });
    const limits = shareConcurrency(total, lanes);
    expect(Math.min(...limits)).toBeGreaterThanOrEqual(1);
    const sum = limits.reduce((all, limit) => all + limit, 0);
    expect(sum, `seed ${seed}`).toBeLessThanOrEqual(Math.max(total, lanes.length));
  }
});
