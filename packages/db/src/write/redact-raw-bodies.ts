import type { Prisma } from '../generated/client.ts';
import type { EventFacts } from './tables/projection-table.ts';

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

export async function redactRawBodies(
  tx: Prisma.TransactionClient,
  events: readonly EventFacts[],
): Promise<void> {
  const inbound = events
    .flatMap(({ facts }) => facts.messages)
    .filter((message) => message.direction === 'TO_APP')
    .map((message) => message.sinchMessageId);
  if (inbound.length === 0) return;
  await tx.$executeRawUnsafe(redact, [...new Set(inbound)].sort());
}
