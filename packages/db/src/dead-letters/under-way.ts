import type { DeadLetter } from './dead-letter.ts';

/**
 * Whether the letter was replayed and nothing is known yet of how that went: it was not applied,
 * and its history holds no attempt of that replay. By numbers and not by times, since whoever
 * replays and the worker may have different clocks.
 */
export function isUnderWay(
  letter: Pick<DeadLetter, 'replays' | 'replayedAt' | 'resolvedAt' | 'history'>,
): boolean {
  if (letter.resolvedAt !== undefined || letter.replayedAt === undefined) return false;
  return letter.history.every(({ replay }) => replay !== letter.replays);
}
