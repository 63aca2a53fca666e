/** The middle one, or the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = sorted.length / 2;
  const low = sorted[Math.ceil(middle) - 1];
  const high = sorted[Math.floor(middle)];
  if (low === undefined || high === undefined) throw new Error('a median of nothing');
  return (low + high) / 2;
}

/**
 * The median over rounds of ours divided by theirs. Each round is divided by itself first: what a
 * machine is busy with changes from minute to minute, and strikes both of a round.
 */
export function medianRatio(ours: readonly number[], theirs: readonly number[]): number {
  if (ours.length !== theirs.length) throw new Error('a ratio of rounds that are not the same');
  return median(ours.map((value, round) => value / (theirs[round] ?? Number.NaN)));
}

/** By the nearest rank: of 100 values the 99th is the second greatest. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  const value = sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)];
  if (value === undefined) throw new Error('a percentile of nothing');
  return value;
}

/** For people and files: so many significant digits. */
export function rounded(value: number, digits = 4): number {
  return Number(value.toPrecision(digits));
}
