import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLatencyHistogram } from './measurements.ts';

describe('createLatencyHistogram', () => {
  it('says nothing of nothing, and forgets when told to', () => {
    const histogram = createLatencyHistogram(3);
    expect(histogram.summary()).toBeUndefined();
    histogram.record(5);
    histogram.reset();
    expect(histogram.summary()).toBeUndefined();
  });

  it('keeps percentiles to a thousandth, whatever the times', () => {
    const anyMs = fc.double({ min: 0.01, max: 100_000, noNaN: true });
    fc.assert(
      fc.property(fc.array(anyMs, { minLength: 1, maxLength: 200 }), (times) => {
        const histogram = createLatencyHistogram(3);
        for (const ms of times) histogram.record(ms);
        const sorted = times.toSorted((one, other) => one - other);
        // HDR histograms round the rank, where others take the next one.
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
          // And half a microsecond, which rounding costs before.
          expect(Math.abs(found - exact)).toBeLessThanOrEqual(exact * 0.001 + 0.0011);
        }
      }),
    );
  });

  it('drops nothing: what is shorter or longer than it can tell counts at its ends', () => {
    const histogram = createLatencyHistogram(3);
    for (const ms of [-3, 0, 1e9]) histogram.record(ms);
    expect(histogram.summary()).toMatchObject({ count: 3, p50Ms: 0.001 });
    expect(histogram.summary()?.maxMs).toBeGreaterThanOrEqual(3_600_000);
  });
});
