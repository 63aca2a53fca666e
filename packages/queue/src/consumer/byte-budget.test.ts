import { expect, it } from 'vitest';
import { createByteBudget } from './byte-budget.ts';

it('is spent from its limit on, and reports each change', () => {
  const budget = createByteBudget(10);
  const changes: boolean[] = [];
  budget.onSpentChange(() => changes.push(budget.isSpent()));
  for (const bytes of [9, 1, 5, -5, -1, 100, -100, -9]) budget.change(bytes);
  expect(changes).toEqual([true, false, true, false]);
});
