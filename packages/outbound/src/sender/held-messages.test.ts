import { expect, it } from 'vitest';
import { createHeldMessages } from './held-messages.ts';

const clocks = { steadyMs: 0, wallMs: 0 };
const open = () => {
  Object.assign(clocks, { steadyMs: 5_000, wallMs: 1_000_000 });
  return createHeldMessages(20_000, () => ({ ...clocks }));
};

it('a hold counts until shortly before its end, and again once it is extended', () => {
  const messages = open();
  messages.held(['a', 'b'], messages.now());
  clocks.steadyMs += 14_999;
  expect([messages.isHeld('a'), messages.isHeld('c')]).toEqual([true, false]);
  const extendedFrom = messages.now();
  clocks.steadyMs += 1;
  expect(messages.isHeld('a')).toBe(false);
  messages.held(['b'], extendedFrom);
  expect([messages.isHeld('a'), messages.isHeld('b')]).toEqual([false, true]);
});

it('a hold counts from before the statement that asked for it', () => {
  const messages = open();
  const askedAt = messages.now();
  clocks.steadyMs += 15_000;
  messages.held(['a'], askedAt);
  expect(messages.isHeld('a')).toBe(false);
});

it('a machine that was paused has lost its holds, though its steady clock stood still', () => {
  const messages = open();
  messages.held(['a'], messages.now());
  clocks.wallMs += 60_000;
  expect(messages.isHeld('a')).toBe(false);
});

it('a wall clock that is set back prolongs no hold', () => {
  const messages = open();
  messages.held(['a'], messages.now());
  clocks.wallMs -= 3_600_000;
  expect(messages.isHeld('a')).toBe(true);
  clocks.steadyMs += 15_000;
  expect(messages.isHeld('a')).toBe(false);
});

it('a message that is done with is held no more', () => {
  const messages = open();
  messages.held(['a'], messages.now());
  messages.forget('a');
  expect(messages.isHeld('a')).toBe(false);
});
