/** An axis: it places values, and has round ticks. */
export interface Scale {
  /** Returns 0 at the lower end to 1 at the upper. A value outside is placed at the end. */
  place(value: number): number;
  readonly ticks: readonly number[];
}

/** Creates a scale from 0 to at least `max`, with about so many ticks. */
export function linearScale(max: number, about: number): Scale {
  const step = roundStep((max > 0 ? max : 1) / about);
  const steps = Math.max(1, Math.ceil((max > 0 ? max : 1) / step - 1e-9));
  const top = steps * step;
  return {
    place: (value) => clamp(value / top),
    ticks: Array.from({ length: steps + 1 }, (_, place) => round(place * step)),
  };
}

/** Creates a scale from 0 to exactly `max`, for time. */
export function timeScale(max: number, about: number): Scale {
  const step = Math.max(1, roundStep(max / about));
  const ticks = Array.from({ length: Math.floor(max / step + 1e-9) + 1 }, (_, n) => n * step);
  return { place: (value) => clamp(value / max), ticks };
}

/** Creates a logarithmic scale from a power of ten to a round value, for values above 0. */
export function logScale(min: number, max: number): Scale {
  const from = Math.floor(Math.log10(min) + 1e-9);
  const top = Math.max(roundStep(max), 10 ** (from + 1));
  const decades = Math.log10(top) - from;
  const ticks = Array.from({ length: Math.floor(decades + 1e-9) + 1 }, (_, n) =>
    round(10 ** (from + n)),
  );
  return {
    place: (value) => (value > 0 ? clamp((Math.log10(value) - from) / decades) : 0),
    ticks: ticks.at(-1) === round(top) ? ticks : [...ticks, round(top)],
  };
}

/** Rounds up to 1, 2 or 5 times a power of ten. */
function roundStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  const factor = [1, 2, 5].find((candidate) => candidate * power >= least * (1 - 1e-9)) ?? 10;
  return factor * power;
}

function clamp(share: number): number {
  return Math.min(1, Math.max(0, share));
}

/** Removes the rounding errors of binary fractions. */
function round(value: number): number {
  return Number(value.toPrecision(12));
}
