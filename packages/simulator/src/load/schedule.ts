/** The course of the rate over the time of a load. */
export type Shape =
  | { readonly kind: 'steady' }
  /** The rate times `factor` in the middle third. */
  | { readonly kind: 'spike'; readonly factor: number }
  /** From zero to the rate, in a straight line. */
  | { readonly kind: 'ramp' };

export interface ScheduleOptions {
  readonly shape: Shape;
  readonly ratePerSecond: number;
  readonly durationMs: number;
}

/** The due time of each callback, which does not depend on answers. */
export interface Schedule {
  readonly durationMs: number;
  /** The number of callbacks. */
  readonly count: number;
  /** The greatest rate, in callbacks a second. */
  readonly peakPerSecond: number;
  /** Returns milliseconds from the start; `place` counts from 0. Times never decrease. */
  dueAtMs(place: number): number;
}

/** A stretch in which the rate, per millisecond, changes evenly. */
interface Stretch {
  readonly fromMs: number;
  readonly lengthMs: number;
  readonly startRate: number;
  readonly endRate: number;
  /** The number that is due before it begins. */
  readonly before: number;
}

/**
 * Creates a schedule. The number that is due by a moment is the rounded integral of the rate: the
 * callback at `place` is due when the integral reaches `place` + 0.5.
 */
export function createSchedule(options: ScheduleOptions): Schedule {
  const stretches = stretchesOf(options);
  const total = stretches.reduce((sum, stretch) => sum + amountOf(stretch), 0);
  return {
    durationMs: options.durationMs,
    // An exact half is not due; the small term keeps rounding errors from making it due.
    count: Math.ceil(total - 0.5 - 1e-6),
    peakPerSecond:
      1_000 * Math.max(...stretches.map(({ startRate, endRate }) => Math.max(startRate, endRate))),
    dueAtMs(place) {
      const amount = place + 0.5;
      const stretch = stretches.findLast(({ before }) => before <= amount) ?? stretches[0];
      return stretch === undefined ? 0 : momentOf(stretch, amount - stretch.before);
    },
  };
}

function stretchesOf({ shape, ratePerSecond, durationMs }: ScheduleOptions): Stretch[] {
  const rate = ratePerSecond / 1_000;
  switch (shape.kind) {
    case 'steady':
      return follow(durationMs, [[rate, rate]]);
    case 'ramp':
      return follow(durationMs, [[0, rate]]);
    case 'spike': {
      const burst = rate * shape.factor;
      return follow(durationMs, [
        [rate, rate],
        [burst, burst],
        [rate, rate],
      ]);
    }
  }
}

/** Makes stretches of equal length, one after the other. */
function follow(
  durationMs: number,
  rates: readonly (readonly [startRate: number, endRate: number])[],
): Stretch[] {
  const lengthMs = durationMs / rates.length;
  let before = 0;
  return rates.map(([startRate, endRate], place) => {
    const stretch = { fromMs: place * lengthMs, lengthMs, startRate, endRate, before };
    before += amountOf(stretch);
    return stretch;
  });
}

function amountOf({ lengthMs, startRate, endRate }: Stretch): number {
  return (lengthMs * (startRate + endRate)) / 2;
}

/** Returns the moment at which this amount is due in the stretch: the integral, solved for time. */
function momentOf(stretch: Stretch, amount: number): number {
  const { fromMs, lengthMs, startRate, endRate } = stretch;
  const slope = (endRate - startRate) / lengthMs;
  if (slope === 0) return fromMs + amount / startRate;
  const root = Math.sqrt(Math.max(0, startRate ** 2 + 2 * slope * amount));
  return fromMs + (root - startRate) / slope;
}
