/** Returns the middle value, or the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = sorted.length / 2;
  const low = sorted[Math.ceil(middle) - 1];
  const high = sorted[Math.floor(middle)];
  if (low === undefined || high === undefined) throw new Error('a median of nothing');
  return (low + high) / 2;
}

/**
 * Returns the median over rounds of ours divided by theirs. Each round has its own ratio first:
 * other load on the machine changes from minute to minute, and slows both sides of a round.
 */
export function medianRatio(ours: readonly number[], theirs: readonly number[]): number {
  if (ours.length !== theirs.length) throw new Error('a ratio of rounds that are not the same');
  return median(ours.map((value, round) => value / (theirs[round] ?? Number.NaN)));
}

/** Picks by nearest rank: the 99th percentile of 100 values is the second greatest. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  const value = sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)];
  if (value === undefined) throw new Error('a percentile of nothing');
  return value;
}

/** Rounds to so many significant digits, for people and files. */
export function rounded(value: number, digits = 4): number {
  return Number(value.toPrecision(digits));
}
