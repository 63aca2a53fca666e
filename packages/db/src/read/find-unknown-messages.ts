import type { Database } from '../database.ts';
import { whileAvailable } from '../failure.ts';

/** A message at Sinch, and the callback that it should have caused. */
export interface ExpectedCallback {
  readonly messageId: string;
  readonly trigger: 'MESSAGE_INBOUND' | 'MESSAGE_SUBMIT';
}

/**
 * An event counts in any state: a dead letter is there, and an operator deals with it. The row of a
 * message outlives its event. It counts where it has what this callback alone gives: the direction
 * of an inbound message, or a content. Delivery reports make rows without a content.
 */
export const selectUnknown = `
SELECT f.id FROM unnest($1::text[], $2::text[]) AS f(id, trigger)
WHERE NOT EXISTS (
  SELECT FROM callback_event AS e
  WHERE e.entity_id = f.id AND e.trigger = f.trigger AND e.trigger <> 'MESSAGE_DELIVERY'
) AND NOT EXISTS (
  SELECT FROM message AS m
  WHERE m.sinch_message_id = f.id AND (m.direction = 'TO_APP' OR m.content_stamp IS NOT NULL)
)`;

/**
 * Returns the ids of those messages whose callback the database does not have. It may still be on
 * the queue.
 * @throws DatabaseUnavailableError when the database is down.
 */
export async function findUnknownMessages(
  { pool }: Pick<Database, 'pool'>,
  expected: readonly ExpectedCallback[],
): Promise<ReadonlySet<string>> {
  if (expected.length === 0) return new Set();
  const values = [
    expected.map(({ messageId }) => messageId),
    expected.map(({ trigger }) => trigger),
  ];
  const { rows } = await whileAvailable(() => pool.query<{ id: string }>(selectUnknown, values));
  return new Set(rows.map(({ id }) => id));
}
