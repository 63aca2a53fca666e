import { describe, expect, it } from 'vitest';
import { linearScale, logScale, timeScale } from './scale.ts';

describe('scales', () => {
  it.each([
    [0, [0, 0.2, 0.4, 0.6, 0.8, 1]],
    [7, [0, 2, 4, 6, 8]],
    [100, [0, 20, 40, 60, 80, 100]],
    [1_234, [0, 500, 1_000, 1_500]],
  ])('a linear one up to %d has round ticks that reach it', (max, ticks) => {
    const scale = linearScale(max, 5);
    expect(scale.ticks).toEqual(ticks);
    expect(scale.place(scale.ticks.at(-1) ?? 0)).toBe(1);
    expect(scale.place(0)).toBe(0);
  });

  it.each([
    [1, 1_100, [1, 10, 100, 1_000, 2_000]],
    [0.3, 0.9, [0.1, 1]],
    [5, 5, [1, 10]],
  ])('a logarithmic one from %d to %d has a tick for each power of ten', (min, max, ticks) => {
    const scale = logScale(min, max);
    expect(scale.ticks).toEqual(ticks);
    expect(scale.place(ticks[0] ?? 0)).toBe(0);
    expect(scale.place(ticks.at(-1) ?? 0)).toBeCloseTo(1);
    expect(scale.place(0)).toBe(0);
  });

  it('time ends where the load ends, with whole seconds', () => {
    const scale = timeScale(31, 10);
    expect(scale.ticks).toEqual([0, 5, 10, 15, 20, 25, 30]);
    expect(scale.place(31)).toBe(1);
    expect(timeScale(1, 10).ticks).toEqual([0, 1]);
  });
});
