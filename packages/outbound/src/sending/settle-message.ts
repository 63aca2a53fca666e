import { storableText } from '@sinch-callbacks/core';
import type { Database } from '@sinch-callbacks/db';
import type { OutboundMessage } from '../outbound-message.ts';
import type { Settlement } from './decide-settlement.ts';

type Pool = Pick<Database, 'pool'>;

/** Characters of an error's message. */
const maxMessageLength = 2_000;
const firstLookupMs = 10_000;

/** True whatever the row says by now. The id of a report that was faster stays. */
const settleSent = `
UPDATE outbound SET state = 'SENT', sinch_message_id = coalesce(sinch_message_id, $2),
  settled_at = CASE WHEN state = 'SENT' THEN settled_at ELSE now() END,
  held_until = NULL, look_up_at = NULL, error_class = NULL, error_message = NULL
WHERE id = $1::uuid`;

/**
 * Only while the row is about this try: a report may have settled it, and a person may have had it
 * sent again after its hold had run out. What this process learned is right for its own try alone.
 */
const settleOther = `
UPDATE outbound SET state = $2::outbound_state,
  not_before = now() + coalesce($3::float8, 0) * interval '1 millisecond',
  settled_at = CASE WHEN $2 = 'QUEUED' THEN NULL ELSE now() END, held_until = NULL,
  look_up_at = CASE WHEN $2 = 'UNCERTAIN' THEN now() + ${firstLookupMs} * interval '1 millisecond' END,
  error_class = $4, error_message = $5
WHERE id = $1::uuid AND state IN ('SENDING', 'UNCERTAIN') AND holder = $6::uuid AND attempts = $7`;

/**
 * Writes what became of a message that this process has claimed. Returns false where a report, or
 * another process, has settled it otherwise.
 * @throws pg's error; the row is SENDING then, and becomes UNCERTAIN when its hold runs out.
 */
export async function settleMessage(
  { pool }: Pool,
  { id, attempts }: Pick<OutboundMessage, 'id' | 'attempts'>,
  settlement: Settlement,
  holder: string,
): Promise<boolean> {
  if (settlement.state === 'SENT') {
    await pool.query(settleSent, [id, settlement.messageId ?? null]);
    return true;
  }
  const pauseMs = settlement.state === 'QUEUED' ? settlement.pauseMs : null;
  const { state, errorClass, message } = settlement;
  const text = storableText(message).slice(0, maxMessageLength);
  const values = [id, state, pauseMs, errorClass, text, holder, attempts];
  return ((await pool.query(settleOther, values)).rowCount ?? 0) > 0;
}
