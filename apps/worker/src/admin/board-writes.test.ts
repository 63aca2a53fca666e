import { expect, it } from 'vitest';
import { isWritable } from './board-writes.ts';

it.each([
  ['sinch-callbacks', true],
  ['sinch-callbacks-1', true],
  ['sinch-callbacks-63', true],
  ['sinch-callbacks-replay', true],
  ['sinch-callbacks-dead', false],
  ['sinch-callbacks-dead-1', false],
  ['other-1', false],
])('of the queue %s something may be brought forward: %s', (name, expected) => {
  expect(isWritable(name)).toBe(expected);
});
