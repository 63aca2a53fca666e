import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import type { Database } from '../database.ts';
import { classifyFailure, isConflict, whileAvailable } from '../failure.ts';
import { listWeeks, type StoredWeek } from '../partitions/weeks.ts';
import { openTasks } from './open-tasks.ts';
import { type Proceed, toTheEnd } from './proceed.ts';

/**
 * The limit for a lock. Writers queue behind a waiting lock, so it waits briefly and is tried
 * again.
 */
const lockTimeoutMs = 2_000;
const pauseMs = 500;
const maxTries = 20;

/**
 * Events that are needed after their week: those applied late, those of a letter that stays, and
 * those of a task that waits or is dead.
 */
const isStillNeeded = `(e.applied_at >= $1::timestamptz OR e.state <> 'APPLIED'
  OR EXISTS (SELECT FROM dead_letter AS d WHERE d.event_digest = e.event_digest
    AND (d.resolved_at IS NULL OR d.resolution IS NULL OR d.resolved_at >= $1::timestamptz))
  OR open_task.event_digest IS NOT NULL)`;

const withOpenTasks = `LEFT JOIN ${openTasks} ON open_task.event_digest = e.event_digest`;

/** Counts events in weeks that {@link dropOldWeeks} would drop. */
export async function countInOldWeeks({ pool }: Database, cutoff: Date): Promise<number> {
  return await whileAvailable(async () => {
    let events = 0;
    for (const { table } of await oldWeeks(pool, cutoff)) {
      const { rows } = await pool.query<{ events: number }>(
        `SELECT count(*)::integer AS events FROM ${table} AS e ${withOpenTasks} WHERE NOT ${isStillNeeded}`,
        [cutoff.toISOString()],
      );
      events += rows[0]?.events ?? 0;
    }
    return events;
  });
}

/**
 * Drops the weeks that ended before `cutoff`, with the bodies of their events. Events that are
 * still needed move to the default partition. Returns the number of dropped events. After an
 * interruption, the same call does the rest.
 *
 * A dropped event is still recognised for as long as its guard exists.
 * @throws DatabaseUnavailableError when the database is down.
 */
export async function dropOldWeeks(
  { pool }: Pick<Database, 'pool'>,
  cutoff: Date,
  proceed: Proceed = toTheEnd,
): Promise<number> {
  return await whileAvailable(async () => {
    const client = await pool.connect();
    let isSound = false;
    try {
      let events = 0;
      for (const week of await oldWeeks(client, cutoff)) {
        if (week.isAttached) await detach(client, week);
        const dropped = await drop(client, week, cutoff);
        events += dropped;
        if (!(await proceed(dropped))) break;
      }
      isSound = true;
      return events;
    } finally {
      client.release(!isSound);
    }
  });
}

async function oldWeeks(
  client: Pick<pg.Pool | pg.ClientBase, 'query'>,
  cutoff: Date,
): Promise<readonly StoredWeek[]> {
  return (await listWeeks(client)).filter(({ end }) => end <= cutoff);
}

/**
 * Detaches a partition. It takes the lock that every writer waits for, so it does nothing else, and
 * gives up soon. (CONCURRENTLY is not possible beside a default partition.)
 */
async function detach(client: pg.ClientBase, { table }: StoredWeek): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      await client.query(`BEGIN; SET LOCAL lock_timeout = ${lockTimeoutMs};
        ALTER TABLE callback_event_settled DETACH PARTITION ${table}; COMMIT`);
      return;
    } catch (error) {
      await client.query('ROLLBACK');
      const isBusy = classifyFailure(error) === 'blocked' || isConflict(error);
      if (!isBusy || tries === maxTries) throw error;
    }
    await sleep(pauseMs);
  }
}

async function drop(client: pg.ClientBase, { table }: StoredWeek, cutoff: Date): Promise<number> {
  try {
    await client.query('BEGIN');
    const { rows } = await client.query<{ events: number }>(
      `WITH moved AS (
         INSERT INTO callback_event SELECT e.* FROM ${table} AS e ${withOpenTasks} WHERE ${isStillNeeded} RETURNING 1
       )
       SELECT (SELECT count(*) FROM ${table})::integer - (SELECT count(*) FROM moved)::integer
         AS events`,
      [cutoff.toISOString()],
    );
    await client.query(`DROP TABLE ${table}`);
    await client.query('COMMIT');
    return rows[0]?.events ?? 0;
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  }
}
