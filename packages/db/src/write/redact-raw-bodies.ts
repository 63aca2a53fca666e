import { textArray } from './text-array.ts';
import type { WriteSession } from './write-session.ts';

/** Stamps of content begin with its rank; see `contentRank` in core's message projection. */
const redactedRank = '20';

/**
 * A redaction takes the text out of the message's row by outranking it. What the original event
 * keeps of it goes here: its body, raw and parsed, whichever of the two events came first. (The
 * message's row is locked by then, so the other one cannot slip in between.)
 */
const redact = `
UPDATE callback_event AS e SET raw_body = '', raw_body_encoding = 'utf8', payload = NULL
FROM message AS m
WHERE m.sinch_message_id = ANY($1::text[])
  AND m.content_stamp COLLATE "C" >= '${redactedRank}'
  AND e.entity_id = m.sinch_message_id
  AND e.trigger = 'MESSAGE_INBOUND'
  AND (e.raw_body <> '' OR e.payload IS NOT NULL)`;

/** A dead letter of a text that had to go is closed: there is nothing left to apply. */
const closeLetters = `
UPDATE dead_letter AS d SET resolved_at = now(), resolution = 'REDACTED', stack = NULL
FROM callback_event AS e
WHERE e.entity_id = ANY($1::text[]) AND e.trigger = 'MESSAGE_INBOUND'
  AND e.state = 'DEAD' AND e.raw_body = ''
  AND d.event_key = e.event_key AND d.resolved_at IS NULL`;

/** @param messageIds of inbound messages that this transaction has written something about. */
export async function redactRawBodies(
  session: WriteSession,
  messageIds: readonly string[],
): Promise<void> {
  if (messageIds.length === 0) return;
  const ids = textArray([...new Set(messageIds)].sort());
  const { count } = await session.query({ sql: redact }, [ids]);
  if (count > 0) await session.query({ sql: closeLetters }, [ids]);
}
