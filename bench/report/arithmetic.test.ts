import { expect, test } from 'vitest';
import { median, medianRatio, percentile, rounded } from './arithmetic.ts';

test('the median is the middle value, or the mean of the two in the middle', () => {
  expect(median([9, 1, 5])).toBe(5);
  expect(median([4, 1, 3, 2])).toBe(2.5);
  expect(median([7])).toBe(7);
});

test('a median of nothing is refused', () => {
  expect(() => median([])).toThrow('median of nothing');
});

test('each round has its own ratio, so that a busy machine slows both sides alike', () => {
  // Twice as fast in every round.
  expect(medianRatio([200, 400, 100], [100, 200, 50])).toBe(2);
  expect(medianRatio([200, 20], [100, 10])).toBe(2);
});

test('a different number of rounds on each side is refused', () => {
  expect(() => medianRatio([1, 2], [1])).toThrow('not the same');
});

test('a percentile is a value that was measured, by the nearest rank', () => {
  const values = Array.from({ length: 100 }, (_, place) => 100 - place);
  expect(percentile(values, 0.5)).toBe(50);
  expect(percentile(values, 0.99)).toBe(99);
  expect(percentile(values, 1)).toBe(100);
});

test('numbers are given with four significant digits', () => {
  expect(rounded(12_345.678)).toBe(12_350);
  expect(rounded(0.123_456)).toBe(0.1235);
});
