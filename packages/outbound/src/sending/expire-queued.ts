import type { Database } from '@sinch-callbacks/db';

/** Messages of one statement; the rest follows at the next look, and is not sent before. */
const maxExpired = 5_000;

/**
 * Refuses queued messages that have become too late, as their callers asked. Of one that was
 * uncertain before, it is still not known whether it was sent. Returns their number.
 * @throws pg's error.
 */
export async function expireQueued(
  { pool }: Pick<Database, 'pool'>,
  appId: string,
): Promise<number> {
  const { rowCount } = await pool.query(
    `WITH late AS (
       SELECT id FROM outbound
       WHERE app_id = $1 AND state = 'QUEUED' AND not_after <= now()
       ORDER BY not_after LIMIT ${maxExpired}
       FOR UPDATE SKIP LOCKED
     )
     UPDATE outbound AS o SET settled_at = now(), error_class = 'expired',
       state = CASE WHEN o.resends > 0 THEN 'UNCERTAIN' ELSE 'REFUSED' END::outbound_state,
       look_up_at = CASE WHEN o.resends > 0 THEN now() END,
       error_message = 'it waited longer than its caller allowed'
     FROM late WHERE o.id = late.id`,
    [appId],
  );
  return rowCount ?? 0;
}
