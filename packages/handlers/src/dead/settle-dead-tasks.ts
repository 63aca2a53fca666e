import type { Database, RunAction } from '@sinch-callbacks/db';
import { conditionOf, type TaskFilter } from './task-filter.ts';

/** A step of a run: some dead tasks of a filter. */
export interface TaskStep {
  /** The row of dead_letter_run, which counts the tasks and can be cancelled. */
  readonly runId: number;
  readonly filter: TaskFilter;
  /** The place of the last task of the step before; absent in the first. */
  readonly cursor: string | undefined;
  readonly limit: number;
}

export type TaskStepResult =
  | { readonly kind: 'done'; readonly tasks: number; readonly cursor: string | undefined }
  /** The run was cancelled: nothing changed. */
  | { readonly kind: 'stopped' };

const changes = {
  REPLAY: {
    count: 'queued',
    // It keeps the time of its death: a withdrawal puts it back, where the run's filter finds it.
    set: `state = 'WAITING', retry_at = NULL, attempts = 0, lost_starts = 0,
      replays = t.replays + 1`,
  },
  DISCARD: {
    count: 'discarded',
    set: `state = 'DISCARDED', retry_at = NULL, settled_at = now(), error_message = NULL, stack = NULL,
      failures = NULL`,
  },
} as const satisfies Record<RunAction, object>;

/**
 * Replays or discards the next tasks of a run, in the order in which they were made. The
 * tasks, the count and the cursor change together, so that a crash leaves the run where its tasks
 * are. The run's row is locked first: a cancellation comes before the whole step or after it. What
 * this run has changed and is dead again stays so.
 * @throws pg's error.
 */
export async function settleDeadTasks(
  { pool }: Pick<Database, 'pool'>,
  action: RunAction,
  { runId, filter, cursor, limit }: TaskStep,
): Promise<TaskStepResult> {
  const { sql, values } = conditionOf(filter, action);
  const [run, after, most] = [1, 2, 3].map((place) => `$${values.length + place}`);
  const { count, set } = changes[action];
  const { rows } = await pool.query<StepRow>(
    `WITH run AS (
       SELECT id FROM dead_letter_run WHERE id = ${run} AND state = 'RUNNING' FOR UPDATE
     ), chosen AS (
       SELECT t.handler, t.occurrence, t.position FROM handler_task AS t
       WHERE ${sql} AND t.position > ${after}::bigint AND EXISTS (SELECT FROM run)
         AND t.run_id IS DISTINCT FROM ${run}
       ORDER BY t.position LIMIT ${most} FOR UPDATE OF t
     ), changed AS (
       UPDATE handler_task AS t SET ${set}, run_id = ${run} FROM chosen AS c
       WHERE t.handler = c.handler AND t.occurrence = c.occurrence
       RETURNING t.position
     ), counted AS (
       UPDATE dead_letter_run SET ${count} = ${count} + (SELECT count(*) FROM changed),
         cursor = (SELECT max(position) FROM changed)::text, updated_at = now()
       WHERE id = (SELECT id FROM run) AND EXISTS (SELECT FROM changed)
     )
     SELECT EXISTS (SELECT FROM run) AS "isRunning",
       (SELECT count(*)::integer FROM changed) AS tasks,
       (SELECT max(position) FROM changed)::text AS cursor`,
    [...values, runId, cursor ?? '0', limit],
  );
  const row = rows[0];
  if (row?.isRunning !== true) return { kind: 'stopped' };
  return { kind: 'done', tasks: row.tasks, cursor: row.cursor ?? undefined };
}

interface StepRow {
  readonly isRunning: boolean;
  readonly tasks: number;
  readonly cursor: string | null;
}

/**
 * The tasks have not run since this run replayed them, and are not running now. The cursor goes back
 * to the beginning, so that a command that continues the run reaches them again.
 */
const withdraw = `
WITH run AS (
  SELECT id FROM dead_letter_run WHERE id = $1 FOR UPDATE
), withdrawn AS (
  UPDATE handler_task AS t SET state = 'DEAD', settled_at = coalesce(t.settled_at, now()),
    replays = t.replays - 1, run_id = NULL
  WHERE t.run_id = (SELECT id FROM run) AND t.state = 'WAITING' AND t.attempts = 0
    AND t.replays > 0
    AND NOT EXISTS (SELECT FROM handler_hold AS h
      WHERE h.handler = t.handler AND h.occurrence = t.occurrence)
  RETURNING 1
), counted AS (SELECT count(*)::integer AS tasks FROM withdrawn
), changed AS (
  UPDATE dead_letter_run SET queued = queued - c.tasks, withdrawn = withdrawn + c.tasks,
    cursor = NULL, state = 'CANCELLED', updated_at = $2::timestamptz, finished_at = $2::timestamptz
  FROM counted AS c WHERE id = (SELECT id FROM run) AND c.tasks > 0
)
SELECT tasks FROM counted`;

/**
 * Makes the replayed tasks of a run dead again, as far as they have not begun, and the run
 * CANCELLED if there were any. Cancel it first, so that no step of it replays more.
 * @throws pg's error.
 */
export async function withdrawReplayedTasks(
  { pool }: Pick<Database, 'pool'>,
  runId: number,
  at: Date,
): Promise<number> {
  const { rows } = await pool.query<{ tasks: number }>(withdraw, [runId, at.toISOString()]);
  return rows[0]?.tasks ?? 0;
}
