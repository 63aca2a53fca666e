import type { Database } from '../database.ts';
import { digestBytes, findDigest } from '../event-digest.ts';
import { whileAvailable } from '../failure.ts';

/** Closes dead letters on purpose. Their events stay stored. Returns how many were open. */
export async function discardDeadLetters(
  { prisma }: Database,
  eventKeys: readonly string[],
  resolvedAt: Date,
): Promise<number> {
  const digests = eventKeys.flatMap((key) => findDigest(key) ?? []).map(digestBytes);
  const { count } = await whileAvailable(() =>
    prisma.deadLetter.updateMany({
      where: { eventDigest: { in: digests }, resolvedAt: null },
      data: { resolvedAt, resolution: 'DISCARDED' },
    }),
  );
  return count;
}
