import type { Database } from '@sinch-callbacks/db';
import { type OutboundMessage, outboundColumns } from '../outbound-message.ts';

type Pool = Pick<Database, 'pool'>;

/** One row of a lane at a time, in the order in which they were queued. */
const isFirstOfLane = `NOT EXISTS (SELECT FROM outbound AS e
    WHERE e.app_id = o.app_id AND e.lane = o.lane AND e.state = 'QUEUED' AND e.position < o.position)
  AND NOT EXISTS (SELECT FROM outbound AS s
    WHERE s.app_id = o.app_id AND s.lane = o.lane AND s.state = 'SENDING')`;

/**
 * The rows are SENDING once this has committed, and only then a request leaves. Of two senders one
 * skips a row that the other has locked. A sender whose snapshot misses what another has just
 * committed violates the key on SENDING rows of a lane, and claims nothing this time.
 */
const claim = `
WITH next AS MATERIALIZED (
  SELECT o.id FROM outbound AS o
  WHERE o.app_id = $1 AND o.state = 'QUEUED' AND o.not_before <= now() AND ${isFirstOfLane}
  ORDER BY o.position
  LIMIT $2
  FOR UPDATE SKIP LOCKED
), claimed AS (
  UPDATE outbound AS o SET state = 'SENDING', sending_at = now(), attempts = o.attempts + 1,
    holder = $3::uuid, held_until = now() + $4 * interval '1 millisecond', settled_at = NULL,
    error_class = NULL, error_message = NULL
  FROM next WHERE o.id = next.id
  RETURNING o.*
)
SELECT ${outboundColumns} FROM claimed AS o ORDER BY o.position`;

/**
 * Claims messages of an app for sending, at most one of each recipient.
 * @param holder a UUID that no other process has.
 * @throws pg's error. The rows may be claimed nevertheless: see {@link returnUnsent}.
 */
export async function claimMessages(
  { pool }: Pool,
  appId: string,
  limit: number,
  { holder, holdMs }: Hold,
): Promise<readonly OutboundMessage[]> {
  const { rows } = await pool.query<OutboundMessage>(claim, [appId, limit, holder, holdMs]);
  return rows;
}

/** The claim of a process on the rows that it sends. */
export interface Hold {
  readonly holder: string;
  /** A row that was not extended for so long becomes UNCERTAIN. */
  readonly holdMs: number;
}

/**
 * Extends the claims of a process. A locked row is being settled, and is skipped, as in all that
 * concerns many rows here: waiting for one could be a deadlock with the writer of callbacks.
 * @throws pg's error.
 */
export async function extendHolds({ pool }: Pool, { holder, holdMs }: Hold): Promise<void> {
  await pool.query(
    `WITH mine AS (
       SELECT id FROM outbound WHERE holder = $1::uuid AND state = 'SENDING'
       FOR UPDATE SKIP LOCKED
     )
     UPDATE outbound AS o SET held_until = now() + $2 * interval '1 millisecond'
     FROM mine WHERE o.id = mine.id`,
    [holder, holdMs],
  );
}

/**
 * Returns rows to the queue that this process has claimed without learning of it: the answer of the
 * claim was lost, so their requests never left. Call it while no claim is in progress.
 * @param sending the ids of the rows whose requests may have left.
 * @throws pg's error.
 */
export async function returnUnsent(
  { pool }: Pool,
  holder: string,
  sending: readonly string[],
): Promise<void> {
  await pool.query(
    `WITH unsent AS (
       SELECT id FROM outbound
       WHERE holder = $1::uuid AND state = 'SENDING' AND id <> ALL($2::uuid[])
       FOR UPDATE SKIP LOCKED
     )
     UPDATE outbound AS o SET state = 'QUEUED', attempts = o.attempts - 1, holder = NULL,
       held_until = NULL, sending_at = NULL
     FROM unsent WHERE o.id = unsent.id`,
    [holder, sending],
  );
}

const firstLookupMs = 10_000;

/**
 * Makes rows UNCERTAIN whose process stopped extending them: it died, or cannot reach the database,
 * and the request may have left. Returns their number.
 * @throws pg's error.
 */
export async function expireHolds({ pool }: Pool): Promise<number> {
  const { rowCount } = await pool.query(
    `WITH expired AS (
       SELECT id FROM outbound WHERE state = 'SENDING' AND held_until < now()
       FOR UPDATE SKIP LOCKED
     )
     UPDATE outbound AS o SET state = 'UNCERTAIN', settled_at = now(), held_until = NULL,
       look_up_at = now() + $1 * interval '1 millisecond', error_class = 'holder-lost',
       error_message = 'the process that was sending it ended, or lost its database'
     FROM expired WHERE o.id = expired.id`,
    [firstLookupMs],
  );
  return rowCount ?? 0;
}
