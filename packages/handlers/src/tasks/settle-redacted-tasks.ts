import type { Database } from '@sinch-callbacks/db';

/** Tasks that failed, whose event has lost its body since. */
const settle = `
UPDATE handler_task AS t SET state = 'SKIPPED', cause = 'the event was redacted', retry_at = NULL,
  settled_at = now(), error_message = NULL, stack = NULL, failures = NULL
FROM callback_event AS e
WHERE (t.state = 'DEAD' OR (t.state = 'WAITING'
    AND (t.retry_at IS NOT NULL OR t.error_message IS NOT NULL)))
  AND e.event_digest = t.event_digest AND e.received_at = t.event_received_at AND e.raw_body = ''
  AND NOT EXISTS (SELECT FROM handler_hold AS h
    WHERE h.handler = t.handler AND h.occurrence = t.occurrence)`;

/**
 * Settles failed tasks of redacted events: nothing is left to run, and their errors may quote the
 * text. Tasks that have not failed are skipped when they are claimed. Returns their number.
 * @throws pg's error.
 */
export async function settleRedactedTasks({ pool }: Pick<Database, 'pool'>): Promise<number> {
  return (await pool.query(settle)).rowCount ?? 0;
}
