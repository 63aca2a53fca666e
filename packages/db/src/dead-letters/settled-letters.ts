import type { Database } from '../database.ts';
import { whileAvailable } from '../failure.ts';

const select = `
SELECT event_key(d) AS event_key FROM dead_letter AS d WHERE resolved_at >= $1
ORDER BY resolved_at DESC LIMIT $2`;

/**
 * The keys of letters that were settled since then: applied, discarded or redacted; at most
 * `limit`, the last settled first.
 * @throws DatabaseUnavailableError when the database cannot be used.
 */
export async function listSettledLetters(
  { prisma }: Database,
  since: Date,
  limit: number,
): Promise<readonly string[]> {
  const rows = await whileAvailable(() =>
    prisma.$queryRawUnsafe<{ event_key: string }[]>(select, since, limit),
  );
  return rows.map((row) => row.event_key);
}
