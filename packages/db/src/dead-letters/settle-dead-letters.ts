import type { Database } from '../database.ts';
import { whileAvailable } from '../failure.ts';

/**
 * Notes that a dead letter went back on the queue.
 * @param replays how many times it has, this one included; noting the same number again
 *   changes nothing.
 */
export async function markReplayed(
  { prisma }: Database,
  eventKey: string,
  replays: number,
  replayedAt: Date,
): Promise<void> {
  await whileAvailable(() =>
    prisma.deadLetter.updateMany({
      where: { eventKey, replays: { lt: replays } },
      data: { replays, replayedAt },
    }),
  );
}

/** Closes dead letters on purpose. Their events stay stored. Returns how many were open. */
export async function discardDeadLetters(
  { prisma }: Database,
  eventKeys: readonly string[],
  resolvedAt: Date,
): Promise<number> {
  const { count } = await whileAvailable(() =>
    prisma.deadLetter.updateMany({
      where: { eventKey: { in: [...eventKeys] }, resolvedAt: null },
      data: { resolvedAt, resolution: 'DISCARDED' },
    }),
  );
  return count;
}
