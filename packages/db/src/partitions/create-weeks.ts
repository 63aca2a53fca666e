import type pg from 'pg';
import { advisoryLocks } from '../advisory-locks.ts';
import type { Database } from '../database.ts';
import { classifyFailure, isConflict, whileAvailable } from '../failure.ts';
import { type Week, weeksAround } from './weeks.ts';

/** Weeks back: events of the last week may still wait in the queue. */
const weeksBack = 1;
const weeksAhead = 8;
/** The limit for a lock. Writers queue behind a waiting lock, so it waits briefly. */
const lockTimeoutMs = 2_000;

/** The partitions after a creation. */
export interface WeeksAhead {
  readonly created: readonly string[];
  /** The number of later weeks that have a partition. */
  readonly ahead: number;
}

/**
 * Creates the missing partitions of the weeks around `now`. Rows of such a week in the default
 * partition move to the new one in the same transaction. A partition that another session blocks is
 * left for the next call: until then its rows go to the default partition.
 * @throws DatabaseUnavailableError when the database is down, or the role may not create tables.
 */
export async function createPartitionsAhead(
  { pool }: Pick<Database, 'pool'>,
  now: Date,
): Promise<WeeksAhead> {
  return await whileAvailable(async () => {
    const client = await pool.connect();
    let isSound = false;
    try {
      const result = await createWeeks(client, now);
      isSound = true;
      return result;
    } finally {
      client.release(!isSound);
    }
  });
}

/** Creates the partitions on a connection of the caller's. */
export async function createWeeks(client: pg.ClientBase, now: Date): Promise<WeeksAhead> {
  const weeks = weeksAround(now, -weeksBack, weeksAhead);
  const before = await existingAmong(client, weeks);
  const created: string[] = [];
  for (const week of weeks) {
    if (!before.has(week.table) && (await createWeek(client, week))) created.push(week.table);
  }
  const after = await existingAmong(client, weeks);
  return {
    created,
    ahead: weeks.filter(({ start, table }) => start > now && after.has(table)).length,
  };
}

async function existingAmong(
  client: pg.ClientBase,
  weeks: readonly Week[],
): Promise<ReadonlySet<string>> {
  // Not by to_regclass, which may use a cached answer from before the wait for the lock.
  const { rows } = await client.query<{ name: string }>(
    `SELECT relname AS name FROM pg_class
     WHERE relnamespace = current_schema()::regnamespace AND relname = ANY($1::text[])`,
    [weeks.map(({ table }) => table)],
  );
  return new Set(rows.map(({ name }) => name));
}

/**
 * Creates the partition of one week. Rows of other weeks can be written while it is attached. Rows
 * of this week wait for the default partition, which then refuses them: the writer retries them.
 */
async function createWeek(client: pg.ClientBase, week: Week): Promise<boolean> {
  const { table } = week;
  const [start, end] = [week.start.toISOString(), week.end.toISOString()];
  try {
    await client.query(`BEGIN; SET LOCAL lock_timeout = ${lockTimeoutMs};
      SELECT pg_advisory_xact_lock(${advisoryLocks.partitions})`);
    const isMissing = (await existingAmong(client, [week])).size === 0;
    if (isMissing) {
      await client.query(`
        CREATE TABLE ${table} (LIKE callback_event INCLUDING DEFAULTS INCLUDING COMMENTS);
        LOCK TABLE callback_event_default IN ACCESS EXCLUSIVE MODE;
        WITH moved AS (
          DELETE FROM callback_event_default
          WHERE received_at >= '${start}' AND received_at < '${end}' RETURNING *
        )
        INSERT INTO ${table} SELECT * FROM moved;
        ALTER TABLE callback_event_settled ATTACH PARTITION ${table}
          FOR VALUES FROM ('${start}') TO ('${end}')`);
    }
    await client.query('COMMIT');
    return isMissing;
  } catch (error) {
    await client.query('ROLLBACK');
    if (classifyFailure(error) === 'blocked' || isConflict(error)) return false;
    throw error;
  }
}
