import { setTimeout as sleep } from 'node:timers/promises';
import type { Backlog } from './backlog.ts';

const shortestMs = 5;
const longestMs = 500;

/**
 * Waits until no more than so many jobs are left, and says how many are.
 *
 * Each question is work for the servers that are measured, and asking all the time took a tenth of
 * the rate. So it asks again when half of the time has gone by that the rest should take, which is
 * seldom while much is left and often towards the end.
 * @throws when that takes too long.
 */
export async function untilLeft(
  backlog: Pick<Backlog, 'left'>,
  atMost: number,
  { what, timeoutMs }: { readonly what: string; readonly timeoutMs: number },
): Promise<number> {
  const startedAt = performance.now();
  const first = await backlog.left();
  let left = first;
  while (left > atMost) {
    const passedMs = performance.now() - startedAt;
    if (passedMs > timeoutMs) throw new Error(`Waited ${timeoutMs} ms for ${what}, in vain.`);
    const done = first - left;
    const restMs = done > 0 ? ((left - atMost) / done) * passedMs : shortestMs;
    await sleep(Math.min(Math.max(restMs / 2, shortestMs), longestMs));
    left = await backlog.left();
  }
  return left;
}
