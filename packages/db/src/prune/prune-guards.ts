import type { Database } from '../database.ts';
import { whileAvailable } from '../failure.ts';
import { listWeeks } from '../partitions/weeks.ts';
import { type Proceed, toTheEnd } from './proceed.ts';

/** Pages of about 140 guards each: the table is read once from beginning to end. */
const pagesInBatch = 100;

/**
 * Guards whose removal lets nothing be stored twice: the event's row was dropped with its week, is
 * neither in the default partition nor kept, and has no letter.
 */
const oldGuards = `
FROM event_guard AS g
WHERE g.received_at < $1::timestamptz AND g.received_at < $2::timestamptz
  AND NOT EXISTS (SELECT FROM dead_letter AS d WHERE d.event_digest = g.event_digest)
  AND NOT EXISTS (SELECT FROM callback_event AS e WHERE e.event_digest = g.event_digest AND e.kept)
  AND NOT EXISTS (SELECT FROM callback_event_default AS e WHERE e.event_digest = g.event_digest)`;

const deletePages = `
DELETE FROM event_guard WHERE ctid = ANY(ARRAY(
  SELECT g.ctid ${oldGuards} AND g.ctid >= $3::tid AND g.ctid < $4::tid
  FOR UPDATE OF g SKIP LOCKED))`;

/**
 * Removes the guards of events that were received before `cutoff` and have no row any more, in
 * batches. If such an event is received once more, it is applied again.
 * @throws DatabaseUnavailableError when the database is down.
 */
export async function pruneGuards(
  { pool }: Pick<Database, 'pool'>,
  cutoff: Date,
  proceed: Proceed = toTheEnd,
): Promise<number> {
  return await whileAvailable(async () => {
    const ages = [cutoff.toISOString(), await oldestWeek(pool)];
    const { rows } = await pool.query<{ pages: number }>(
      `SELECT (pg_relation_size('event_guard') / current_setting('block_size')::integer)::integer AS pages`,
    );
    const pages = rows[0]?.pages ?? 0;
    let guards = 0;
    for (let page = 0; page < pages; page += pagesInBatch) {
      const range = [`(${page},0)`, `(${page + pagesInBatch},0)`];
      const { rowCount } = await pool.query(deletePages, [...ages, ...range]);
      guards += rowCount ?? 0;
      if (!(await proceed(rowCount ?? 0))) break;
    }
    return guards;
  });
}

/** Counts guards that {@link pruneGuards} would remove. */
export async function countPrunableGuards({ pool }: Database, cutoff: Date): Promise<number> {
  return await whileAvailable(async () => {
    const { rows } = await pool.query<{ guards: number }>(
      `SELECT count(*)::integer AS guards ${oldGuards}`,
      [cutoff.toISOString(), await oldestWeek(pool)],
    );
    return rows[0]?.guards ?? 0;
  });
}

/**
 * Returns the beginning of the oldest week. Events that were received before it have no row in any
 * week.
 */
async function oldestWeek(pool: Database['pool']): Promise<string> {
  const [oldest] = await listWeeks(pool);
  return oldest?.start.toISOString() ?? 'infinity';
}
