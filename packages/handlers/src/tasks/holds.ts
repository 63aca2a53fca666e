import type { Database } from '@sinch-callbacks/db';

/**
 * A hold that is locked is being settled, perhaps for as long as the user's transaction lasts. It
 * is skipped, because waiting for it would let all others expire.
 */
const renew = `
WITH mine AS (
  SELECT token FROM handler_hold WHERE holder = $1::uuid AND token = ANY($3::uuid[])
), unlocked AS (
  SELECT handler, key FROM handler_hold WHERE holder = $1::uuid AND token = ANY($3::uuid[])
  ORDER BY handler, key FOR UPDATE SKIP LOCKED
), renewed AS (
  UPDATE handler_hold AS h SET held_until = now() + $2 * interval '1 millisecond'
  FROM unlocked AS u WHERE h.handler = u.handler AND h.key = u.key
)
SELECT token FROM mine`;

/**
 * Extends the holds of the runs in progress. Returns the tokens that the process still has: another
 * one may have taken over what was not extended in time. A hold that no run has expires, such as one
 * of a claim whose answer was lost.
 */
export async function renewHolds(
  { pool }: Pick<Database, 'pool'>,
  holder: string,
  tokens: readonly string[],
  holdMs: number,
): Promise<ReadonlySet<string>> {
  const { rows } = await pool.query<{ token: string }>(renew, [holder, holdMs, tokens]);
  return new Set(rows.map(({ token }) => token));
}

/** A hold that is being settled is locked, and is skipped. */
const free = `
WITH expired AS (
  SELECT handler, key FROM handler_hold WHERE held_until < now()
  ORDER BY handler, key LIMIT $1 FOR UPDATE SKIP LOCKED
), freed AS (
  DELETE FROM handler_hold AS h USING expired AS x
  WHERE h.handler = x.handler AND h.key = x.key
  RETURNING h.handler, h.occurrence
)
UPDATE handler_task AS t SET lost_starts = t.lost_starts + 1
FROM freed AS f
WHERE t.handler = f.handler AND t.occurrence = f.occurrence AND t.state = 'WAITING'`;

const freedAtOnce = 1_000;

/**
 * Frees the keys of processes that have died or stopped responding. Their tasks are claimable
 * again, and each counts a start without an outcome. Returns their number.
 */
export async function freeExpiredHolds({ pool }: Pick<Database, 'pool'>): Promise<number> {
  const { rowCount } = await pool.query(free, [freedAtOnce]);
  return rowCount ?? 0;
}
