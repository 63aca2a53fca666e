import { expect, it } from 'vitest';
import { createOutboundQueue } from './outbound-queue.ts';

it('a full queue takes a message again once one has left, and never two for one', () => {
  let nowMs = 1_000;
  const queue = createOutboundQueue(2, 5, () => nowMs);
  expect([queue.take(), queue.take(), queue.take()]).toEqual([0, 200, undefined]);
  nowMs += 199;
  expect([queue.size(), queue.take()]).toEqual([2, undefined]);
  nowMs += 1;
  expect([queue.size(), queue.take(), queue.take()]).toEqual([1, 200, undefined]);
  nowMs += 10_000;
  expect([queue.size(), queue.take(), queue.take(), queue.take()]).toEqual([0, 0, 200, undefined]);
});
