import { InvalidArgumentError } from 'commander';
import { expect, it } from 'vitest';
import { duration } from './parse-duration.ts';

it.each([
  ['500ms', 500],
  ['60s', 60_000],
  ['10m', 600_000],
  ['2h', 7_200_000],
])('%s is %i ms', (text, expected) => {
  expect(duration(0, 7_200_000)(text)).toBe(expected);
});

it.each(['', '60', '1.5s', '-1s', '1d', '3h', 's', '9ms'])('%j is refused', (text) => {
  expect(() => duration(10, 7_200_000)(text)).toThrow(InvalidArgumentError);
});
