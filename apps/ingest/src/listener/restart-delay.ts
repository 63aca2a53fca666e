const firstMs = 100;
const longestMs = 10_000;

/**
 * How long to wait before a process is started in the place of one that died. It doubles with every
 * death in a row, so that a process that cannot live does not keep a core busy by being started.
 */
export function restartDelayMs(deathsInARow: number): number {
  return Math.min(firstMs * 2 ** Math.max(0, deathsInARow - 1), longestMs);
}
