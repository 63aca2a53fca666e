import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type BodyPlace, createBodyBudget } from './body-budget.ts';

const timeoutMs = 20_000;

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

function openBudget(maxBytes = 1_000, bytesPerRequest = 10) {
  const gone: string[] = [];
  const reasons: string[] = [];
  const size = { maxBytes, bytesPerRequest, timeoutMs };
  const budget = createBodyBudget(size, () => performance.now());
  return {
    gone,
    reasons,
    enter: (name: string): BodyPlace =>
      budget.enter((reason) => {
        gone.push(name);
        reasons.push(reason);
      }),
    wait: (ms: number) => void vi.advanceTimersByTime(ms),
  };
}

describe('a budget for bodies', () => {
  it('sends nobody away while there is room', () => {
    const { gone, enter, wait } = openBudget();
    enter('slow');
    wait(timeoutMs - 1);
    enter('large').grow(980);
    expect(gone).toEqual([]);
  });

  it('gives each body its time, and none of them more', () => {
    const { gone, reasons, enter, wait } = openBudget();
    enter('first');
    enter('read').leave();
    wait(5_000);
    enter('second');
    enter('third');
    wait(timeoutMs - 5_001);
    expect(gone).toEqual([]);
    wait(1);
    expect(gone).toEqual(['first']);
    wait(4_999);
    expect(gone).toEqual(['first']);
    wait(1);
    expect(gone).toEqual(['first', 'second', 'third']);
    wait(timeoutMs);
    enter('late');
    wait(timeoutMs);
    expect(gone).toEqual(['first', 'second', 'third', 'late']);
    expect(new Set(reasons)).toEqual(new Set(['slow-body']));
  });

  it('lets the large give way to the small, and the slow to the quick', () => {
    const { gone, enter, wait } = openBudget();
    enter('slow').grow(100);
    wait(1_000);
    enter('large').grow(700);
    wait(10);
    enter('small').grow(200);
    expect(gone).toEqual(['slow']);
    wait(10);
    enter('another').grow(200);
    expect(gone).toEqual(['slow', 'large']);
  });

  it('lets the oldest go when too many send nothing at all', () => {
    const { gone, reasons, enter, wait } = openBudget(100);
    for (let n = 0; n < 12; n += 1) {
      enter(`silent ${n}`);
      wait(1);
    }
    expect(gone).toEqual(['silent 0', 'silent 1']);
    expect(reasons).toEqual(['crowded-out', 'crowded-out']);
  });

  it('never lets a newcomer give way to who was there before', () => {
    const { gone, enter, wait } = openBudget(100);
    for (let n = 0; n < 1_000; n += 1) {
      enter(`old ${n}`);
      wait(1);
      enter(`new ${n}`).leave();
    }
    expect(gone.filter((name) => name.startsWith('new'))).toEqual([]);
  });

  it('sends a body away that alone is more than everything', () => {
    const { gone, enter, wait } = openBudget();
    const place = enter('huge');
    wait(1);
    place.grow(2_000);
    expect(gone).toEqual(['huge']);
  });

  it('takes back what is left or gone, once', () => {
    const { gone, enter, wait } = openBudget();
    for (let round = 0; round < 100; round += 1) {
      const place = enter('read');
      place.grow(500);
      place.leave();
      place.leave();
      place.grow(500);
    }
    const evicted = enter('evicted');
    wait(5);
    evicted.grow(995);
    evicted.grow(1_000);
    evicted.leave();
    wait(1);
    enter('fits').grow(980);
    expect(gone).toEqual(['evicted']);
  });
});
