import { occurrenceOf, type RawBody, rawBodyText, readSinchEvent } from '@sinch-callbacks/core';
import type { Database } from '@sinch-callbacks/db';

/** A task as it stands, with its failed runs. */
export interface TaskHistory {
  readonly handler: string;
  /** `RUNNING` while a process has it. */
  readonly state: 'WAITING' | 'RUNNING' | 'DONE' | 'SKIPPED' | 'DEAD' | 'DISCARDED';
  readonly key: string | null;
  readonly cause: string | null;
  readonly attempts: number;
  readonly lostStarts: number;
  readonly replays: number;
  readonly createdAt: Date;
  readonly retryAt: Date | null;
  readonly settledAt: Date | null;
  readonly errorMessage: string | null;
  readonly stack: string | null;
  readonly failures: readonly FailedRun[];
}

export interface FailedRun {
  readonly replay: number;
  readonly attempt: number;
  /** ISO 8601. */
  readonly at: string;
  readonly message: string;
}

const selectTasks = `
SELECT t.handler, t.key, t.cause, t.attempts, t.lost_starts AS "lostStarts", t.replays,
  CASE WHEN held.handler IS NULL THEN t.state::text ELSE 'RUNNING' END AS state,
  t.created_at AS "createdAt", t.retry_at AS "retryAt", t.settled_at AS "settledAt",
  t.error_message AS "errorMessage", t.stack, coalesce(t.failures, '[]') AS failures
FROM handler AS h
JOIN handler_task AS t ON t.handler = h.name AND t.occurrence = decode($1, 'hex')
LEFT JOIN handler_hold AS held ON held.handler = t.handler
  AND held.key IN (t.key, encode(t.occurrence, 'hex')) AND held.occurrence = t.occurrence
ORDER BY t.handler`;

/**
 * Finds the tasks of what an event is about. Copies of a callback share them.
 * @throws pg's error.
 */
export async function findTasks(
  { pool }: Pick<Database, 'pool'>,
  rawBody: RawBody,
): Promise<readonly TaskHistory[]> {
  const text = rawBodyText(rawBody);
  const reading = readSinchEvent(text);
  if (reading.kind !== 'known') return [];
  const { rows } = await pool.query<TaskHistory>(selectTasks, [occurrenceOf(reading.event, text)]);
  return rows;
}
