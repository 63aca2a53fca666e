import type { EventFacts } from './tables/projection-table.ts';
import { textArray } from './text-array.ts';
import type { WriteSession } from './write-session.ts';

/**
 * A report proves that Sinch has accepted the message, whatever its row says: `REFUSED` by a status
 * that was no refusal, `QUEUED` to be sent again, given up. Rows are locked by their ids, so that
 * two batches never wait for each other in a circle. Rows that are settled already stay unlocked.
 *
 * Where Sinch has redacted the message before, the row keeps no text. A report and a redaction both
 * write the message's row first, so that one of them sees what the other has written.
 */
const settle = {
  sql: `
WITH reported AS (
  SELECT f.id::uuid AS id, min(f.message_id) AS message_id
  FROM unnest($1::text[], $2::text[]) AS f(id, message_id) GROUP BY 1
), found AS (
  SELECT o.id FROM outbound AS o JOIN reported AS r USING (id)
  WHERE o.state <> 'SENT' OR o.sinch_message_id IS NULL
  ORDER BY o.id FOR UPDATE OF o
), redacted AS (
  SELECT r.id FROM reported AS r JOIN message AS m ON m.sinch_message_id = r.message_id
  WHERE m.redacted_at IS NOT NULL
)
UPDATE outbound AS o SET state = 'SENT',
  sinch_message_id = coalesce(o.sinch_message_id, r.message_id),
  settled_at = CASE WHEN o.state = 'SENT' THEN o.settled_at ELSE now() END,
  held_until = NULL, look_up_at = NULL, error_class = NULL, error_message = NULL,
  content_digest = CASE WHEN redacted.id IS NULL THEN o.content_digest ELSE '\\x' END,
  request = CASE WHEN redacted.id IS NULL THEN o.request ELSE outbound_without_text(o.request) END
FROM found JOIN reported AS r USING (id) LEFT JOIN redacted USING (id)
WHERE o.id = found.id`,
};

/**
 * Settles the outbound rows whose marker came with a message to a contact. Sends no statement where
 * no event has one.
 */
export async function settleOutbound(
  session: WriteSession,
  facts: readonly EventFacts[],
): Promise<void> {
  const marked = facts.flatMap((event) =>
    event.facts.messages.filter(({ outboundId }) => outboundId !== undefined),
  );
  if (marked.length === 0) return;
  await session.query(settle, [
    textArray(marked.map(({ outboundId }) => outboundId ?? null)),
    textArray(marked.map(({ sinchMessageId }) => sinchMessageId)),
  ]);
}
