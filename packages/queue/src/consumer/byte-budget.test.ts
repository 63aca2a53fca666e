import { expect, it } from 'vitest';
import { createByteBudget } from './byte-budget.ts';

it('is spent from its limit on, and tells of each turn', () => {
  const budget = createByteBudget(10);
  const turns: boolean[] = [];
  budget.onTurn(() => turns.push(budget.isSpent()));
  for (const bytes of [9, 1, 5, -5, -1, 100, -100, -9]) budget.change(bytes);
  expect(turns).toEqual([true, false, true, false]);
});
