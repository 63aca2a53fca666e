import { type Database, whileAvailable } from '@sinch-callbacks/db';
import type { OutboundState } from '../outbound-message.ts';

/** Messages of a person's choice: by the ids of their rows, or by their state. */
export type MessageChoice =
  | { readonly ids: readonly string[] }
  | {
      readonly appId: string;
      readonly state: 'UNCERTAIN' | 'REFUSED';
      /** Only those that have been in it since then. */
      readonly settledBefore: Date;
    };

/** Messages of one statement; call it again while it changes so many. */
export const maxChosen = 1_000;

/**
 * Messages that a person may send again. One that is UNCERTAIN may be at the phone already: Sinch's
 * callbacks should have had time to say so.
 */
const resendable: readonly OutboundState[] = ['UNCERTAIN', 'REFUSED', 'DISCARDED'];
const discardable: readonly OutboundState[] = ['QUEUED', 'UNCERTAIN', 'REFUSED'];

const chosen = (condition = '') => `
WITH chosen AS (
  SELECT id FROM outbound AS o
  WHERE ($1::uuid[] IS NULL OR id = ANY($1))
    AND ($2::text IS NULL OR (app_id = $2 AND state::text = $3 AND settled_at < $4::timestamptz))
    AND state::text = ANY($5) ${condition}
  LIMIT ${maxChosen}
  FOR UPDATE SKIP LOCKED
)`;

/**
 * A message that is too late for its caller is sent only where a person names it: one statement for
 * all that were refused must not send what is of no use any more.
 */
const resend = `${chosen('AND ($1::uuid[] IS NOT NULL OR not_after IS NULL OR not_after > now())')}
UPDATE outbound AS o SET state = 'QUEUED', not_before = now(), settled_at = NULL,
  not_after = CASE WHEN o.not_after > now() THEN o.not_after END,
  resends = o.resends + CASE o.state WHEN 'UNCERTAIN' THEN 1 ELSE 0 END,
  look_up_at = NULL, lookups = 0, error_class = NULL, error_message = NULL
FROM chosen WHERE o.id = chosen.id
RETURNING o.id`;

const discard = `${chosen()}
UPDATE outbound AS o SET state = 'DISCARDED', settled_at = now(), look_up_at = NULL
FROM chosen WHERE o.id = chosen.id
RETURNING o.id`;

/**
 * Queues messages again, in their old place among those of their recipient. Returns the ids of those
 * that were not settled otherwise meanwhile.
 * @throws DatabaseUnavailableError while the database is down.
 */
export async function resendMessages(
  database: Pick<Database, 'pool'>,
  choice: MessageChoice,
): Promise<readonly string[]> {
  return await change(database, resend, choice, resendable);
}

/**
 * Gives messages up: they are not sent any more, and not asked about. A report that comes
 * nevertheless makes them SENT. Returns their ids.
 * @throws DatabaseUnavailableError while the database is down.
 */
export async function discardMessages(
  database: Pick<Database, 'pool'>,
  choice: MessageChoice,
): Promise<readonly string[]> {
  return await change(database, discard, choice, discardable);
}

async function change(
  { pool }: Pick<Database, 'pool'>,
  sql: string,
  choice: MessageChoice,
  states: readonly OutboundState[],
): Promise<readonly string[]> {
  const values =
    'ids' in choice
      ? [choice.ids, null, null, null, states]
      : [null, choice.appId, choice.state, choice.settledBefore.toISOString(), states];
  const { rows } = await whileAvailable(async () => await pool.query<{ id: string }>(sql, values));
  return rows.map(({ id }) => id);
}
