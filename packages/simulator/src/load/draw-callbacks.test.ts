import { describe, expect, it } from 'vitest';
import { createCallbackDraw } from './draw-callbacks.ts';

const startAt = new Date('2026-01-02T03:04:05Z');

function draw(copyShare: number, prepared: number, count = 1_000): string[] {
  const source = createCallbackDraw({ seed: 'draw', startAt, copyShare });
  source.prepare(prepared);
  return Array.from({ length: count }, () => source.next().key);
}

describe('createCallbackDraw', () => {
  it('draws the same callbacks whether they were prepared or not', () => {
    const unprepared = draw(0.3, 0);
    expect(draw(0.3, 100)).toEqual(unprepared);
    expect(draw(0.3, 5_000)).toEqual(unprepared);
  });

  it('sends the given share of events twice, and none more often', () => {
    const keys = draw(0.25, 0, 4_000);
    const times = Map.groupBy(keys, (key) => key);
    const twice = [...times.values()].filter(({ length }) => length === 2).length;
    expect(Math.max(...[...times.values()].map(({ length }) => length))).toBe(2);
    expect(twice / times.size).toBeGreaterThan(0.2);
    expect(twice / times.size).toBeLessThan(0.3);
  });

  it('draws the same events in the same order, however many come twice', () => {
    const events = [...new Set(draw(0.5, 0))];
    expect(draw(0, 0).slice(0, events.length)).toEqual(events);
  });
});
