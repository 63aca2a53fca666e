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
  const evicted: string[] = [];
  const reasons: string[] = [];
  const size = { maxBytes, bytesPerRequest, timeoutMs };
  const budget = createBodyBudget(size, () => performance.now());
  return {
    evicted,
    reasons,
    enter: (name: string): BodyPlace =>
      budget.enter((reason) => {
        evicted.push(name);
        reasons.push(reason);
      }),
    wait: (ms: number) => void vi.advanceTimersByTime(ms),
  };
}

describe('a budget for bodies', () => {
  it('evicts no body while there is room', () => {
    const { evicted, enter, wait } = openBudget();
    enter('slow');
    wait(timeoutMs - 1);
    enter('large').grow(980);
    expect(evicted).toEqual([]);
  });

  it('gives each body its time, and none of them more', () => {
    const { evicted, reasons, enter, wait } = openBudget();
    enter('first');
    enter('read').leave();
    wait(5_000);
    enter('second');
    enter('third');
    wait(timeoutMs - 5_001);
    expect(evicted).toEqual([]);
    wait(1);
    expect(evicted).toEqual(['first']);
    wait(4_999);
    expect(evicted).toEqual(['first']);
    wait(1);
    expect(evicted).toEqual(['first', 'second', 'third']);
    wait(timeoutMs);
    enter('late');
    wait(timeoutMs);
    expect(evicted).toEqual(['first', 'second', 'third', 'late']);
    expect(new Set(reasons)).toEqual(new Set(['slow-body']));
  });

  it('evicts the large before the small, and the slow before the quick', () => {
    const { evicted, enter, wait } = openBudget();
    enter('slow').grow(100);
    wait(1_000);
    enter('large').grow(700);
    wait(10);
    enter('small').grow(200);
    expect(evicted).toEqual(['slow']);
    wait(10);
    enter('another').grow(200);
    expect(evicted).toEqual(['slow', 'large']);
  });

  it('evicts the oldest when too many send nothing at all', () => {
    const { evicted, reasons, enter, wait } = openBudget(100);
    for (let n = 0; n < 12; n += 1) {
      enter(`silent ${n}`);
      wait(1);
    }
    expect(evicted).toEqual(['silent 0', 'silent 1']);
    expect(reasons).toEqual(['crowded-out', 'crowded-out']);
  });

  it('never evicts a new body before the older ones', () => {
    const { evicted, enter, wait } = openBudget(100);
    for (let n = 0; n < 1_000; n += 1) {
      enter(`old ${n}`);
      wait(1);
      enter(`new ${n}`).leave();
    }
    expect(evicted.filter((name) => name.startsWith('new'))).toEqual([]);
  });

  it('evicts a body that is larger than the whole budget', () => {
    const { evicted, enter, wait } = openBudget();
    const place = enter('huge');
    wait(1);
    place.grow(2_000);
    expect(evicted).toEqual(['huge']);
  });

  it('frees the bytes of a body once, read or evicted', () => {
    const { evicted, enter, wait } = openBudget();
    for (let round = 0; round < 100; round += 1) {
      const place = enter('read');
      place.grow(500);
      place.leave();
      place.leave();
      place.grow(500);
    }
    const place = enter('evicted');
    wait(5);
    place.grow(995);
    place.grow(1_000);
    place.leave();
    wait(1);
    enter('fits').grow(980);
    expect(evicted).toEqual(['evicted']);
  });
});
