import { type Database, type Proceed, toTheEnd } from '@sinch-callbacks/db';

/**
 * Settled tasks are the memory that a handler has had what happened: they stay as long as the guard
 * of their event. Those that wait or are dead stay for good.
 */
const oldTasks = `
FROM handler_task AS t
WHERE t.created_at < $1::timestamptz AND t.state IN ('DONE', 'SKIPPED', 'DISCARDED')
  AND NOT EXISTS (SELECT FROM event_guard AS g WHERE g.event_digest = t.event_digest)`;

const tasksAtOnce = 5_000;

/**
 * Removes settled tasks that were made before `cutoff` and whose event's guard is gone, in batches.
 * Returns their number.
 * @throws pg's error.
 */
export async function pruneTasks(
  { pool }: Pick<Database, 'pool'>,
  cutoff: Date,
  proceed: Proceed = toTheEnd,
): Promise<number> {
  let tasks = 0;
  for (;;) {
    const { rowCount } = await pool.query(
      `DELETE FROM handler_task WHERE ctid = ANY(ARRAY(
         SELECT t.ctid ${oldTasks} LIMIT ${tasksAtOnce} FOR UPDATE OF t SKIP LOCKED))`,
      [cutoff.toISOString()],
    );
    tasks += rowCount ?? 0;
    if ((rowCount ?? 0) < tasksAtOnce || !(await proceed(tasksAtOnce))) return tasks;
  }
}

/** Counts what {@link pruneTasks} would remove now. @throws pg's error. */
export async function countPrunableTasks(
  { pool }: Pick<Database, 'pool'>,
  cutoff: Date,
): Promise<number> {
  const { rows } = await pool.query<{ tasks: number }>(
    `SELECT count(*)::integer AS tasks ${oldTasks}`,
    [cutoff.toISOString()],
  );
  return rows[0]?.tasks ?? 0;
}
