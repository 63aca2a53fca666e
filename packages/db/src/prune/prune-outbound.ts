import type { Database } from '../database.ts';
import { whileAvailable } from '../failure.ts';
import { type Proceed, toTheEnd } from './proceed.ts';

/**
 * Outbound messages that were settled long ago. One that waits, is being sent or is uncertain is
 * never selected. Nothing is settled before it is created, so that the index on that is used.
 */
const oldOutbound = `
FROM outbound AS o
WHERE o.created_at < $1::timestamptz AND o.settled_at < $1::timestamptz
  AND o.state IN ('SENT', 'REFUSED', 'DISCARDED')`;

/** A row that is locked is being settled. */
const deleteOld = `
DELETE FROM outbound WHERE id = ANY(ARRAY(
  SELECT o.id ${oldOutbound} ORDER BY o.created_at LIMIT $2 FOR UPDATE OF o SKIP LOCKED))`;

const batchSize = 1_000;

/**
 * Removes outbound messages that were settled before `cutoff`, in batches, and with them the memory
 * of their keys: the same key is a new message afterwards, and is sent. Rows of `message` stay.
 * Returns their number. After an interruption, the same call removes the rest.
 * @throws DatabaseUnavailableError when the database is down.
 */
export async function pruneOutbound(
  { pool }: Pick<Database, 'pool'>,
  cutoff: Date,
  proceed: Proceed = toTheEnd,
): Promise<number> {
  let removed = 0;
  for (;;) {
    const { rowCount } = await whileAvailable(
      async () => await pool.query(deleteOld, [cutoff.toISOString(), batchSize]),
    );
    removed += rowCount ?? 0;
    if ((rowCount ?? 0) < batchSize || !(await proceed(batchSize))) return removed;
  }
}

/** Counts what {@link pruneOutbound} would remove. @throws DatabaseUnavailableError. */
export async function countPrunableOutbound(
  { pool }: Pick<Database, 'pool'>,
  cutoff: Date,
): Promise<number> {
  const { rows } = await whileAvailable(
    async () =>
      await pool.query<{ count: number }>(`SELECT count(*)::integer AS count ${oldOutbound}`, [
        cutoff.toISOString(),
      ]),
  );
  return rows[0]?.count ?? 0;
}
