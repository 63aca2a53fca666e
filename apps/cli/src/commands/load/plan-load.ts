import {
  createSchedule,
  type DrawOptions,
  type Schedule,
  type Shape,
} from '@sinch-callbacks/simulator/load';
import { UsageError } from '../../failure.ts';
import { newSeed, readSeed } from '../sinch/choose-seed.ts';
import { type LoadCommandOptions, limits, usualSpike } from './load-options.ts';

/** The average time between two events of the stream: two steps of its clock. */
const eventSpacingMs = 2_000;
/** The most points of a chart. */
const longestSeries = 600;

export interface LoadPlan {
  readonly shape: Shape;
  readonly schedule: Schedule;
  readonly draw: DrawOptions;
  /** The length of one window of the series: a second, or more for a long load. */
  readonly windowMs: number;
}

/** @throws UsageError for options that make no sense together, or ask for too much. */
export function planLoad(options: LoadCommandOptions, now: Date): LoadPlan {
  const shape = shapeOf(options);
  const { rate: ratePerSecond, duration: durationMs } = options;
  const schedule = createSchedule({ shape, ratePerSecond, durationMs });
  const { count, peakPerSecond } = schedule;
  if (count > limits.callbacks) {
    throw new UsageError(
      `${count} callbacks are too many: at most ${limits.callbacks}; lower --rate or --duration`,
    );
  }
  if (peakPerSecond > limits.ratePerSecond + 1e-6) {
    throw new UsageError(
      `the burst is ${Math.round(peakPerSecond)} a second: at most ${limits.ratePerSecond}; ` +
        'lower --rate or --spike',
    );
  }
  if (count < 1) throw new UsageError('nothing would be sent: raise --rate or --duration');
  // Start far enough back that no event's time is in the future.
  const startAt = new Date(now.getTime() - count * eventSpacingMs);
  const seed = options.seed === undefined ? newSeed(startAt) : readSeed(options.seed);
  return {
    shape,
    schedule,
    draw: { seed: seed.text, startAt: seed.startAt, copyShare: options.duplicates / 100 },
    windowMs: 1_000 * Math.ceil(durationMs / 1_000 / longestSeries),
  };
}

function shapeOf({ shape, spike }: LoadCommandOptions): Shape {
  if (shape === 'spike') return { kind: 'spike', factor: spike ?? usualSpike };
  if (spike !== undefined) throw new UsageError('--spike goes with --shape spike');
  return { kind: shape };
}
