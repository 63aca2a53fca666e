import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLatencyHistogram } from './measurements.ts';

describe('createLatencyHistogram', () => {
  it('has no summary before the first record and after a reset', () => {
    const histogram = createLatencyHistogram(3);
    expect(histogram.summary()).toBeUndefined();
    histogram.record(5);
    histogram.reset();
    expect(histogram.summary()).toBeUndefined();
  });

  it('keeps percentiles to a thousandth, for any times', () => {
    const anyMs = fc.double({ min: 0.01, max: 100_000, noNaN: true });
    fc.assert(
      fc.property(fc.array(anyMs, { minLength: 1, maxLength: 200 }), (times) => {
        const histogram = createLatencyHistogram(3);
        for (const ms of times) histogram.record(ms);
        const sorted = times.toSorted((one, other) => one - other);
        // HDR histograms round the rank; other methods take the next one.
        const at = (share: number) =>
          sorted[Math.max(1, Math.floor(share * sorted.length + 0.5)) - 1] ?? Number.NaN;
        const summary = histogram.summary();
        expect(summary?.count).toBe(times.length);
        const pairs = [
          [summary?.p50Ms, at(0.5)],
          [summary?.p90Ms, at(0.9)],
          [summary?.p99Ms, at(0.99)],
          [summary?.maxMs, at(1)],
        ] as const;
        for (const [found = Number.NaN, exact] of pairs) {
          // Half a microsecond is for the rounding of each value.
          expect(Math.abs(found - exact)).toBeLessThanOrEqual(exact * 0.001 + 0.0011);
        }
      }),
    );
  });

  it('drops nothing: a value outside its range counts as its lowest or highest', () => {
    const histogram = createLatencyHistogram(3);
    for (const ms of [-3, 0, 1e9]) histogram.record(ms);
    expect(histogram.summary()).toMatchObject({ count: 3, p50Ms: 0.001 });
    expect(histogram.summary()?.maxMs).toBeGreaterThanOrEqual(3_600_000);
  });
});
