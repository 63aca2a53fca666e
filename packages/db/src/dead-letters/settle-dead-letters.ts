import type { Database } from '../database.ts';
import { whileAvailable } from '../failure.ts';

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
