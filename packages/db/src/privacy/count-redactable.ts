import type { Database } from '../database.ts';
import { whileAvailable } from '../failure.ts';
import { namesNoConsent } from './empty-rows.ts';
import { isRedactableEvent, isRedactableLetter, oldRows } from './old-rows.ts';
import { isFull } from './personal-columns.ts';
import type { RedactedRows } from './redact-old.ts';
import { isQuiet } from './redact-old-contacts.ts';

const count = (from: string, where: string) =>
  `SELECT count(*)::integer AS rows FROM ${from} WHERE ${where}`;

const quietContacts = `
WITH quiet AS MATERIALIZED (SELECT c.sinch_contact_id FROM contact AS c WHERE ${isQuiet})
SELECT (SELECT count(*) FROM contact JOIN quiet USING (sinch_contact_id)
    WHERE ${isFull('contact')})::integer
  + (SELECT count(*) FROM contact_identity AS i JOIN quiet USING (sinch_contact_id)
    WHERE ${namesNoConsent})::integer AS rows`;

/** Channels of events that are emptied already, or go in the same call. */
const channels = `sinch_event_id IN (SELECT sinch_event_id FROM event_delivery
    WHERE emptied_at IS NOT NULL OR created_at < $1::timestamptz)
  AND ${isFull('event_delivery_channel')}`;

/** An analysis goes with its message, and is not counted then. */
const isAlone = `NOT EXISTS (SELECT FROM message AS m
  WHERE m.sinch_message_id = message_analysis.sinch_message_id
    AND m.created_at < $1::timestamptz AND m.emptied_at IS NULL)`;

/** Statements by table. */
const counts: readonly (readonly [table: string, sql: string])[] = [
  ['message', count('message', 'created_at < $1::timestamptz AND emptied_at IS NULL')],
  [
    'callback_event',
    count(
      'callback_event_settled AS e',
      `e.received_at < $1::timestamptz AND ${isRedactableEvent}`,
    ),
  ],
  ['dead_letter', count('dead_letter AS d', isRedactableLetter)],
  ['event_delivery_channel', count('event_delivery_channel', channels)],
  ...Object.entries(oldRows).map(
    ([table, where]) =>
      [
        table,
        count(table, table === 'message_analysis' ? `${where} AND ${isAlone}` : where),
      ] as const,
  ),
  ['contact', quietContacts],
];

/**
 * Counts the rows that `redactOld` would empty or remove now, by table; it changes nothing. Rows
 * that go with another one are not counted by it either.
 * @throws DatabaseUnavailableError when the database is down.
 */
export async function countRedactable(
  { pool }: Pick<Database, 'pool'>,
  before: Date,
): Promise<RedactedRows> {
  return await whileAvailable(async () => {
    const found: Record<string, number> = {};
    for (const [table, sql] of counts) {
      const { rows } = await pool.query<{ rows: number }>(sql, [before.toISOString()]);
      found[table] = rows[0]?.rows ?? 0;
    }
    return found;
  });
}
