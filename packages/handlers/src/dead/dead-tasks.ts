import type { Database, RunAction } from '@sinch-callbacks/db';
import { conditionOf, type TaskFilter } from './task-filter.ts';

export interface DeadTask {
  readonly handler: string;
  readonly eventKey: string;
  readonly trigger: string;
  readonly appId: string | null;
  readonly cause: string;
  readonly errorMessage: string | null;
  readonly fingerprint: string | null;
  readonly attempts: number;
  readonly replays: number;
  readonly deadAt: Date;
}

const eventKeyOf = `coalesce((SELECT event_key(e) FROM callback_event AS e
  WHERE e.event_digest = t.event_digest AND e.received_at = t.event_received_at),
  event_key(t.trigger, t.entity_id, t.event_digest))`;

/**
 * Lists dead tasks, the latest first.
 * @throws pg's error.
 */
export async function listDeadTasks(
  { pool }: Pick<Database, 'pool'>,
  filter: TaskFilter,
  limit: number,
): Promise<readonly DeadTask[]> {
  const { sql, values } = conditionOf(filter);
  const { rows } = await pool.query<DeadTask>(
    `SELECT t.handler, ${eventKeyOf} AS "eventKey", t.trigger, t.app_id AS "appId", t.cause,
       t.error_message AS "errorMessage", t.fingerprint, t.attempts, t.replays,
       t.settled_at AS "deadAt"
     FROM handler_task AS t WHERE ${sql}
     ORDER BY t.settled_at DESC, t.position DESC LIMIT $${values.length + 1}`,
    [...values, limit],
  );
  return rows;
}

/**
 * Counts dead tasks, or those that an action would change.
 * @throws pg's error.
 */
export async function countDeadTasks(
  { pool }: Pick<Database, 'pool'>,
  filter: TaskFilter,
  action?: RunAction,
): Promise<number> {
  const { sql, values } = conditionOf(filter, action);
  const { rows } = await pool.query<{ n: number }>(
    `SELECT count(*)::integer AS n FROM handler_task AS t WHERE ${sql}`,
    [...values],
  );
  return rows[0]?.n ?? 0;
}

/** Dead tasks of one handler with the same error. */
export interface DeadTaskGroup {
  readonly handler: string;
  readonly fingerprint: string | null;
  readonly cause: string;
  readonly count: number;
  readonly errorMessage: string | null;
  readonly firstDeadAt: Date;
  readonly lastDeadAt: Date;
  readonly exampleKey: string;
}

/** Groups dead tasks by handler and error, the most frequent first. */
export async function groupDeadTasks(
  { pool }: Pick<Database, 'pool'>,
  filter: TaskFilter,
  limit: number,
): Promise<readonly DeadTaskGroup[]> {
  const { sql, values } = conditionOf(filter);
  const { rows } = await pool.query<DeadTaskGroup>(
    `SELECT t.handler, t.fingerprint, min(t.cause) AS cause, count(*)::integer AS count,
       (array_agg(t.error_message ORDER BY t.settled_at DESC))[1] AS "errorMessage",
       min(t.settled_at) AS "firstDeadAt", max(t.settled_at) AS "lastDeadAt",
       (array_agg(${eventKeyOf} ORDER BY t.settled_at DESC))[1] AS "exampleKey"
     FROM handler_task AS t WHERE ${sql}
     GROUP BY t.handler, t.fingerprint
     ORDER BY count(*) DESC, t.handler, t.fingerprint LIMIT $${values.length + 1}`,
    [...values, limit],
  );
  return rows;
}
