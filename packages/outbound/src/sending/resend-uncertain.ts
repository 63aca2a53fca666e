import type { Database } from '@sinch-callbacks/db';

/** Long enough for a submit callback to settle the row first. */
export const resendAfterMs = 60_000;

/**
 * Queues UNCERTAIN rows again whose caller prefers twice over never. Returns their number.
 * @param afterMs since they became UNCERTAIN.
 * @throws pg's error.
 */
export async function resendUncertain(
  { pool }: Pick<Database, 'pool'>,
  appId: string,
  afterMs = resendAfterMs,
): Promise<number> {
  const { rowCount } = await pool.query(
    `WITH due AS (
       SELECT id FROM outbound
       WHERE app_id = $1 AND state = 'UNCERTAIN' AND resends_uncertain
         AND settled_at < now() - $2 * interval '1 millisecond'
       FOR UPDATE SKIP LOCKED
     )
     UPDATE outbound AS o SET state = 'QUEUED', settled_at = NULL, look_up_at = NULL,
       not_before = now()
     FROM due WHERE o.id = due.id`,
    [appId, afterMs],
  );
  return rowCount ?? 0;
}
