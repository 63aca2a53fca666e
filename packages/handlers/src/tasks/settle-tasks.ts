import { storableText } from '@sinch-callbacks/core';
import type { Database } from '@sinch-callbacks/db';
import type { ClaimedTask } from './claim-tasks.ts';
import type { Settlement } from './decide-settlement.ts';

export interface SettledTask {
  readonly task: ClaimedTask;
  readonly settlement: Settlement;
}

/** The oldest go first. */
const keptFailures = 100;

/**
 * The hold goes first: without it another process has the task, and its row stays as it is. Errors
 * may quote a body, so a task that needs them no more loses them.
 */
const settle = `
WITH outcome AS (
  SELECT * FROM unnest($1::text[], $2::text[], $3::uuid[], $4::handler_task_state[], $5::timestamptz[],
    $6::integer[], $7::integer[], $8::text[], $9::text[], $10::text[], $11::text[], $12::jsonb[])
    AS o(handler, key, token, state, retry_at, attempts, lost_starts, cause, message, stack,
      fingerprint, failure)
), released AS (
  DELETE FROM handler_hold AS h USING outcome AS o
  WHERE h.handler = o.handler AND h.key = o.key AND h.token = o.token
  RETURNING h.handler, h.occurrence, o.*
)
UPDATE handler_task AS t SET state = r.state, retry_at = r.retry_at, attempts = r.attempts,
  lost_starts = r.lost_starts, cause = r.cause,
  settled_at = CASE WHEN r.state = 'WAITING' THEN NULL ELSE now() END,
  error_message = CASE WHEN r.state IN ('DONE', 'SKIPPED') THEN NULL
    ELSE coalesce(r.message, t.error_message) END,
  stack = CASE WHEN r.state IN ('DONE', 'SKIPPED') THEN NULL ELSE coalesce(r.stack, t.stack) END,
  fingerprint = coalesce(r.fingerprint, t.fingerprint),
  failures = CASE WHEN r.state IN ('DONE', 'SKIPPED') THEN NULL
    WHEN r.failure IS NULL THEN t.failures
    WHEN jsonb_array_length(t.failures) >= ${keptFailures} THEN t.failures - 0 || r.failure
    ELSE coalesce(t.failures, '[]') || r.failure END
FROM released AS r(handler, occurrence, _handler, key, token, state, retry_at, attempts,
  lost_starts, cause, message, stack, fingerprint, failure)
WHERE t.handler = r.handler AND t.occurrence = r.occurrence AND t.state = 'WAITING'
RETURNING r.token`;

/**
 * Settles tasks, all in one statement: their holds go, and their rows say how they ended. Returns
 * the tokens of those that were settled; another process has taken over the rest.
 * @throws pg's error; nothing is written then.
 */
export async function settleTasks(
  { pool }: Pick<Database, 'pool'>,
  settled: readonly SettledTask[],
): Promise<ReadonlySet<string>> {
  const column = <T>(value: (item: SettledTask) => T) => settled.map(value);
  const { rows } = await pool.query<{ token: string }>(settle, [
    column(({ task }) => task.handler),
    column(({ task }) => task.key),
    column(({ task }) => task.token),
    column(({ settlement }) => settlement.state),
    column(({ settlement }) => settlement.retryAt?.toISOString() ?? null),
    column(({ settlement }) => settlement.attempts),
    column(({ settlement }) => settlement.lostStarts),
    column(({ settlement }) => storable(settlement.cause)),
    column(({ settlement }) => storable(settlement.failure?.message)),
    column(({ settlement }) => storable(settlement.failure?.stack)),
    column(({ settlement }) => settlement.failure?.fingerprint ?? null),
    column((item) => failureRecord(item)),
  ]);
  return new Set(rows.map(({ token }) => token));
}

/** Returns the entry of `failures`: a part of the row, so without the stack. */
function failureRecord({ task, settlement: { failure } }: SettledTask): string | null {
  if (failure === undefined) return null;
  const { at, attempt, message } = failure;
  return JSON.stringify({
    replay: task.replays,
    attempt,
    at: at.toISOString(),
    message: storableText(message),
  });
}

function storable(text: string | undefined): string | null {
  return text === undefined ? null : storableText(text);
}
