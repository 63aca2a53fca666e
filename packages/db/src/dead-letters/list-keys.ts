import type { Database } from '../database.ts';
import { whileAvailable } from '../failure.ts';

/** A range of digests, which the primary key finds. */
const byDigest = `event_digest >= decode(rpad($1, 32, '0'), 'hex')
  AND event_digest <= decode(rpad($1, 32, 'f'), 'hex')`;

const sql = (condition: string) => `
SELECT event_key(d) AS event_key FROM dead_letter AS d WHERE ${condition}
ORDER BY event_key(d) COLLATE "C" LIMIT $2`;

const selectByDigest = sql(byDigest);
const selectByKey = sql('starts_with(event_key(d), $1)');
const selectByBoth = sql(`${byDigest} AND starts_with(event_key(d), $3)`);

const beginningOfDigest = /^[0-9a-f]{1,32}$/;

/**
 * Finds keys of dead letters by a prefix of the key or of its digest: at most `limit`, in the order
 * of their bytes.
 */
export async function findKeysByPrefix(
  { prisma }: Database,
  prefix: string,
  limit: number,
): Promise<readonly string[]> {
  const [sqlText, ...values] = queryFor(prefix, limit);
  const rows = await whileAvailable(() =>
    prisma.$queryRawUnsafe<{ event_key: string }[]>(sqlText, ...values),
  );
  return rows.map((row) => row.event_key);
}

/**
 * Chooses the query. Triggers are in capital letters and digests in small ones, so a prefix is one
 * or the other.
 */
function queryFor(prefix: string, limit: number): [sql: string, ...values: (string | number)[]] {
  if (beginningOfDigest.test(prefix)) return [selectByDigest, prefix, limit];
  const digest = prefix.slice(prefix.lastIndexOf('.') + 1);
  const hasDigest = prefix.split('.').length === 3 && beginningOfDigest.test(digest);
  return hasDigest ? [selectByBoth, digest, limit, prefix] : [selectByKey, prefix, limit];
}

const select = `
SELECT event_key(d) AS event_key FROM dead_letter AS d WHERE resolved_at >= $1
ORDER BY resolved_at DESC LIMIT $2`;

/**
 * Lists the keys of letters that were applied, discarded or redacted since then: at most `limit`,
 * the latest first.
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
