import type { Database } from '@sinch-callbacks/db';
import type { OutboundMessage } from '../outbound-message.ts';

type Pool = Pick<Database, 'pool'>;

/** The claim of a process on the rows that it sends. */
export interface Hold {
  readonly holder: string;
  /** A row that was not extended for so long becomes UNCERTAIN. */
  readonly holdMs: number;
}

/**
 * Extends the claims of a process, and returns the ids of the rows that it still has. A locked row
 * is being settled, and is skipped, as in all that concerns many rows here: waiting for one could be
 * a deadlock with the writer of callbacks.
 * @throws pg's error.
 */
export async function extendHolds(
  { pool }: Pool,
  { holder, holdMs }: Hold,
): Promise<readonly string[]> {
  const { rows } = await pool.query<{ id: string }>(
    `WITH mine AS (
       SELECT id FROM outbound WHERE holder = $1::uuid AND state = 'SENDING'
       FOR UPDATE SKIP LOCKED
     )
     UPDATE outbound AS o SET held_until = now() + $2 * interval '1 millisecond'
     FROM mine WHERE o.id = mine.id RETURNING o.id`,
    [holder, holdMs],
  );
  return rows.map(({ id }) => id);
}

const unsent = `state = 'QUEUED', attempts = o.attempts - 1, holder = NULL, held_until = NULL,
  sending_at = NULL, settled_at = NULL, look_up_at = NULL, error_class = NULL, error_message = NULL`;

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
     UPDATE outbound AS o SET ${unsent} FROM unsent WHERE o.id = unsent.id`,
    [holder, sending],
  );
}

/**
 * Returns one row to the queue whose request this process has not made, also where others took it
 * for lost meanwhile. Returns `undefined` where it is about another try by now.
 * @throws pg's error.
 */
export async function returnMessage(
  { pool }: Pool,
  { id, attempts }: Pick<OutboundMessage, 'id' | 'attempts'>,
  holder: string,
): Promise<'QUEUED' | undefined> {
  const { rowCount } = await pool.query(
    `UPDATE outbound AS o SET ${unsent}
     WHERE id = $1::uuid AND state IN ('SENDING', 'UNCERTAIN') AND holder = $2::uuid
       AND attempts = $3`,
    [id, holder, attempts],
  );
  return (rowCount ?? 0) > 0 ? 'QUEUED' : undefined;
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
