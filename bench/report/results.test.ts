import { expect, test } from 'vitest';
import type { BenchmarkResult } from './benchmark.ts';
import { type MeasurementContext, mergeBenchmark } from './results.ts';

const now: MeasurementContext = {
  machine: { cpus: 2 },
  versions: { node: '24' },
  commit: 'new',
  measuredAt: '2026-01-02T00:00:00.000Z',
  options: {
    benchmarks: ['worker'],
    rounds: 1,
    quick: false,
    full: false,
    events: undefined,
    only: undefined,
    calibrate: false,
    cpuProf: undefined,
    out: undefined,
  },
};
const before: MeasurementContext = {
  ...now,
  commit: 'old',
  measuredAt: '2026-01-01T00:00:00.000Z',
};

function measured(ratios: BenchmarkResult['ratios'], lost = 0): BenchmarkResult {
  return { settings: {}, rounds: [], summary: [], ratios, lost };
}

test('the ratios have every key after the first benchmark, null where nothing was measured', () => {
  const { ratios } = mergeBenchmark(undefined, 'worker', now, measured({ workerToNoop: 0.7 }));
  expect(ratios).toEqual({
    nextRouteToNoop: null,
    nodeListenerToNoop: null,
    nodeListenerToBare: null,
    workerToNoop: 0.7,
    workerToPrismaPerEvent: null,
    workerToBestQueue: null,
    drainMillionToTenThousand: null,
    redisCommandsPerIngest: null,
    lost: 0,
  });
});

test('a benchmark that was not run keeps its figures and their commit', () => {
  const known = mergeBenchmark(undefined, 'ingest', before, measured({ nextRouteToNoop: 0.9 }, 1));
  const merged = mergeBenchmark(known, 'worker', now, measured({ workerToNoop: 0.7 }, 2));
  expect(merged.parts.ingest).toEqual(known.parts.ingest);
  expect(merged.parts.ingest?.commit).toBe('old');
  expect(merged.parts.worker?.commit).toBe('new');
  expect(merged.ratios).toMatchObject({ nextRouteToNoop: 0.9, workerToNoop: 0.7, lost: 3 });
});

test('a benchmark that runs again replaces all its earlier figures', () => {
  const both = measured({ workerToNoop: 0.7, workerToPrismaPerEvent: 9 }, 5);
  const known = mergeBenchmark(undefined, 'worker', before, both);
  const merged = mergeBenchmark(known, 'worker', now, measured({ workerToNoop: 0.8 }));
  expect(merged.ratios).toMatchObject({
    workerToNoop: 0.8,
    workerToPrismaPerEvent: null,
    lost: 0,
  });
});
