import { expect, it } from 'vitest';
import { isSameSecret } from './same-secret.ts';

it.each([
  ['right', 'right', true],
  ['right', 'Right', false],
  ['right', 'right ', false],
  ['', 'right', false],
  ['', '', true],
])('%j and %j are the same secret: %s', (given, expected, isSame) => {
  expect(isSameSecret(given, expected)).toBe(isSame);
});
