import { storableText, withoutContactDetails } from '@sinch-callbacks/core';
import type { Database } from '@sinch-callbacks/db';
import type { OutboundMessage, OutboundState } from '../outbound-message.ts';
import type { Settlement } from './decide-settlement.ts';
import { keptOfRequest } from './kept-of-request.ts';

type Pool = Pick<Database, 'pool'>;

/** Characters of an error's message. */
const maxMessageLength = 2_000;
const firstLookupMs = 10_000;

/**
 * True whatever the row says by now. The id of a report that was faster stays. The function waits
 * for a redaction that is being written; it is called before the row is locked, so that the two
 * never wait for each other.
 */
const settleSent = `
UPDATE outbound AS o SET state = 'SENT', sinch_message_id = coalesce(sinch_message_id, $2),
  settled_at = CASE WHEN state = 'SENT' THEN settled_at ELSE now() END,
  held_until = NULL, look_up_at = NULL, error_class = NULL, error_message = NULL,
  ${keptOfRequest('coalesce(message_is_redacted($2), false)')}
WHERE id = $1::uuid`;

/** What an earlier request may have sent is not known to be refused. */
const nextState = `CASE WHEN $2 = 'REFUSED' AND resends > 0 THEN 'UNCERTAIN' ELSE $2 END`;

/**
 * Only while the row is about this try: a report may have settled it, and a person may have had it
 * sent again after its hold had run out. What this process learned is right for its own try alone.
 */
const settleOther = `
UPDATE outbound SET state = (${nextState})::outbound_state,
  not_before = now() + coalesce($3::float8, 0) * interval '1 millisecond',
  settled_at = CASE WHEN $2 = 'QUEUED' THEN NULL ELSE now() END, held_until = NULL,
  look_up_at = CASE ${nextState} WHEN 'UNCERTAIN'
    THEN now() + ${firstLookupMs} * interval '1 millisecond' END,
  error_class = $4, error_message = $5
WHERE id = $1::uuid AND state IN ('SENDING', 'UNCERTAIN') AND holder = $6::uuid AND attempts = $7
RETURNING state::text AS state`;

/**
 * Writes what became of a message that this process has claimed. Returns its state, or `undefined`
 * where a report, or another process, has settled it otherwise.
 * @throws pg's error; the row is SENDING then, and becomes UNCERTAIN when its hold runs out.
 */
export async function settleMessage(
  { pool }: Pool,
  { id, attempts }: Pick<OutboundMessage, 'id' | 'attempts'>,
  settlement: Settlement,
  holder: string,
): Promise<OutboundState | undefined> {
  if (settlement.state === 'SENT') {
    await pool.query(settleSent, [id, settlement.messageId ?? null]);
    return 'SENT';
  }
  const pauseMs = settlement.state === 'QUEUED' ? settlement.pauseMs : null;
  const { state, errorClass, message } = settlement;
  const text = withoutContactDetails(storableText(message)).slice(0, maxMessageLength);
  const values = [id, state, pauseMs, errorClass, text, holder, attempts];
  const { rows } = await pool.query<{ state: OutboundState }>(settleOther, values);
  return rows[0]?.state;
}
