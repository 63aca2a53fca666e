import { InvalidArgumentError } from 'commander';

const unitMs: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
};

/** What {@link duration} reads, for help and messages. */
export const durationForms = '500ms, 60s, 10m or 2h';

/** A length of time in milliseconds, from `minMs` to `maxMs`. A bare number is a mistake. */
export function duration(minMs: number, maxMs: number): (text: string) => number {
  return (text) => {
    const [, amount, unit = ''] = /^(\d{1,9})(ms|s|m|h)$/.exec(text) ?? [];
    const value = Number(amount) * (unitMs[unit] ?? Number.NaN);
    if (value >= minMs && value <= maxMs) return value;
    throw new InvalidArgumentError(
      `It is a length of time such as ${durationForms}, from ${minMs} ms to ${maxMs / 1_000} s.`,
    );
  };
}
