import { expect, test } from 'vitest';
import { isAtLeast } from './toolchain.mjs';

test.each([
  ['22.22.0', true],
  ['22.22.1', true],
  ['22.100.0', true],
  ['24.0.0', true],
  ['22.21.9', false],
  ['20.20.2', false],
  ['9.99.99', false],
])('%s satisfies 22.22.0: %s', (version, expected) => {
  expect(isAtLeast(version, '22.22.0')).toBe(expected);
});
