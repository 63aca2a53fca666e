import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSchedule, type ScheduleOptions } from './schedule.ts';

const anyOptions: fc.Arbitrary<ScheduleOptions> = fc.record({
  shape: fc.oneof(
    fc.constant({ kind: 'steady' as const }),
    fc.constant({ kind: 'ramp' as const }),
    fc.record({ kind: fc.constant('spike' as const), factor: fc.integer({ min: 2, max: 50 }) }),
  ),
  ratePerSecond: fc.integer({ min: 1, max: 200 }),
  durationMs: fc.integer({ min: 100, max: 3_000 }),
});

/** Computes the integral of the rate up to a moment as a sum of small pieces. */
function dueBy({ shape, ratePerSecond, durationMs }: ScheduleOptions, untilMs: number): number {
  const rateAt = (share: number) => {
    if (shape.kind === 'ramp') return ratePerSecond * share;
    const isBurst = shape.kind === 'spike' && share >= 1 / 3 && share < 2 / 3;
    return isBurst ? ratePerSecond * shape.factor : ratePerSecond;
  };
  const pieces = 3_000;
  let sum = 0;
  for (let piece = 0; piece < pieces; piece += 1) {
    sum += rateAt((((piece + 0.5) / pieces) * untilMs) / durationMs);
  }
  return (sum / pieces) * (untilMs / 1_000);
}

describe('createSchedule', () => {
  it('has as many due by any moment as the integral of the rate, rounded', () => {
    fc.assert(
      fc.property(anyOptions, fc.double({ min: 0, max: 1, noNaN: true }), (options, share) => {
        const schedule = createSchedule(options);
        const untilMs = share * options.durationMs;
        let due = 0;
        while (due < schedule.count && schedule.dueAtMs(due) <= untilMs) due += 1;
        // The steps of a spike fall between the pieces of the sum: one piece of its height.
        const slack = 0.5 + (schedule.peakPerSecond * (untilMs / 1_000)) / 3_000 + 1e-3;
        expect(Math.abs(due - dueBy(options, untilMs))).toBeLessThanOrEqual(slack);
      }),
    );
  });

  it('has nothing due before the one before it, before the start or after the end', () => {
    fc.assert(
      fc.property(anyOptions, (options) => {
        const { count, dueAtMs, durationMs } = createSchedule(options);
        const moments = Array.from({ length: count }, (_, place) => dueAtMs(place));
        expect(moments).toEqual(moments.toSorted((one, other) => one - other));
        expect(moments[0] ?? 0).toBeGreaterThanOrEqual(0);
        expect(moments.at(-1) ?? 0).toBeLessThanOrEqual(durationMs);
      }),
    );
  });

  it.each([
    [{ kind: 'steady' }, 1_000, 100],
    [{ kind: 'spike', factor: 4 }, 2_000, 400],
    [{ kind: 'ramp' }, 500, 100],
  ] as const)('of %j at 100 a second for 10 s, %i are due', (shape, count, peak) => {
    const schedule = createSchedule({ shape, ratePerSecond: 100, durationMs: 10_000 });
    expect(schedule.count).toBe(count);
    expect(schedule.peakPerSecond).toBeCloseTo(peak);
  });
});
