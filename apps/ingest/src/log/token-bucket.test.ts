import { expect, it } from 'vitest';
import { createTokenBucket } from './token-bucket.ts';

it('allows a burst, and then no more than its rate', () => {
  let now = 0;
  const bucket = createTokenBucket({ perSecond: 4, burst: 10 }, () => now);
  const taken = () => Array.from({ length: 100 }, () => bucket.take()).filter(Boolean).length;
  expect(taken()).toBe(10);
  now += 250;
  expect(taken()).toBe(1);
  now += 1_000;
  expect(taken()).toBe(4);
  now += 3_600_000;
  expect(taken()).toBe(10);
});
