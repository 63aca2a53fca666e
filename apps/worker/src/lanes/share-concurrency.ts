/** How much one lane has in hand, and how much it may have. */
export interface LaneLoad {
  readonly inHand: number;
  readonly limit: number;
}

/**
 * How many jobs each lane may have in hand, so that all together have about `total`. One that has
 * less in hand than it may is given what it has and a little more; what is left over goes to those
 * that are at their limit, evenly. Each gets at least one.
 */
export function shareConcurrency(total: number, lanes: readonly LaneLoad[]): readonly number[] {
  const spare = Math.max(1, Math.floor(total / lanes.length / 4));
  const wanted = lanes.map(({ inHand, limit }) => (inHand >= limit ? total : inHand + spare));
  const level = levelOf(total, wanted);
  return wanted.map((want) => Math.max(1, Math.min(want, level)));
}

/** The most that each may have, if those that want less leave the rest to the others. */
function levelOf(total: number, wanted: readonly number[]): number {
  let left = total;
  const rising = wanted.toSorted((one, other) => one - other);
  for (const [n, want] of rising.entries()) {
    const even = Math.floor(left / (rising.length - n));
    if (want >= even) return even;
    left -= want;
  }
  return total;
}
