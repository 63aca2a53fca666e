import type { AnswerCount } from '@sinch-callbacks/queue';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { shareAnswers } from './share-answers.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Shares answers with a queue that takes counts, or refuses them. */
function open() {
  const state = { isUnavailable: false };
  const taken: AnswerCount[][] = [];
  const shared = shareAnswers({
    async addAnswerCounts(counts) {
      if (state.isUnavailable) throw new Error('down');
      await Promise.resolve(taken.push([...counts]));
    },
  });
  const answer = (status: number, outcome: string) => shared.answered({ status, outcome });
  return { state, taken, answer };
}

const accepted = (count: number) => ({ status: 200, outcome: 'accepted', cause: '', count });

it('sends the first at once, and what follows within a second together', async () => {
  const { taken, answer } = open();
  for (let n = 0; n < 5; n += 1) answer(200, 'accepted');
  expect(taken).toEqual([[accepted(1)]]);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(taken).toEqual([[accepted(1)], [accepted(4)]]);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(taken).toHaveLength(2);
});

it('keeps counts that are not taken, for the next time', async () => {
  const { state, taken, answer } = open();
  state.isUnavailable = true;
  answer(200, 'accepted');
  answer(200, 'accepted');
  await vi.advanceTimersByTimeAsync(1_000);
  answer(503, 'unavailable');
  state.isUnavailable = false;
  await vi.advanceTimersByTimeAsync(1_000);
  answer(200, 'accepted');
  await vi.advanceTimersByTimeAsync(1_000);
  const total = taken.flat().filter(({ status }) => status === 200);
  expect(total.reduce((sum, { count }) => sum + count, 0)).toBe(3);
  expect(taken.flat()).toContainEqual({ ...accepted(1), status: 503, outcome: 'unavailable' });
});
