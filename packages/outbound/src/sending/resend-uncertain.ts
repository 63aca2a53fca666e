import type { Database } from '@sinch-callbacks/db';

/** Long enough for a submit callback to settle the row first. */
export const resendAfterMs = 60_000;
/** By themselves. A Sinch that accepts and never answers must not fill a phone. */
const maxResends = 2;

/**
 * Queues UNCERTAIN rows again whose caller prefers twice over never, as long as they are of use and
 * not too often. Returns their number.
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
         AND resends < ${maxResends} AND (not_after IS NULL OR not_after > now())
       FOR UPDATE SKIP LOCKED
     )
     UPDATE outbound AS o SET state = 'QUEUED', settled_at = NULL, look_up_at = NULL,
       not_before = now(), resends = o.resends + 1
     FROM due WHERE o.id = due.id`,
    [appId, afterMs],
  );
  return rowCount ?? 0;
}
