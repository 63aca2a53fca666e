import { type Database, whileAvailable } from '@sinch-callbacks/db';
import { type OutboundMessage, type OutboundState, outboundColumns } from '../outbound-message.ts';

/** A filter of messages. All members that are given must match. */
export interface MessageFilter {
  readonly appId?: string | undefined;
  readonly states?: readonly OutboundState[] | undefined;
  /** Any of its spellings in the tables: digits only on phone channels. */
  readonly identities?: readonly string[] | undefined;
  readonly contactId?: string | undefined;
  readonly limit: number;
}

/** Few messages name several identities. One that names some has an index for each case. */
const list = `
SELECT ${outboundColumns} FROM outbound AS o
WHERE ($1::text IS NULL OR o.app_id = $1)
  AND ($2::text[] IS NULL OR o.state::text = ANY($2))
  AND ($3::text[] IS NULL
    OR CASE WHEN cardinality(o.identities) = 1 THEN o.identities[1] END = ANY($3)
    OR (cardinality(o.identities) > 1 AND o.identities && $3))
  AND ($4::text IS NULL OR o.contact_id = $4)
ORDER BY o.created_at DESC, o.position DESC LIMIT $5`;

/**
 * Lists messages, those that were queued last first.
 * @throws DatabaseUnavailableError while the database is down.
 */
export async function listMessages(
  { pool }: Pick<Database, 'pool'>,
  { appId, states, identities, contactId, limit }: MessageFilter,
): Promise<readonly OutboundMessage[]> {
  const values = [appId ?? null, states ?? null, identities ?? null, contactId ?? null, limit];
  return await whileAvailable(async () => (await pool.query<OutboundMessage>(list, values)).rows);
}

/** Each by an index of its own. */
const find = `
SELECT ${outboundColumns} FROM outbound AS o
WHERE o.id::text COLLATE "C" = lower($1) OR o.key = $1 OR o.sinch_message_id = $1
ORDER BY o.position DESC LIMIT 20`;

/**
 * Finds messages by the id of their row, by their key or by Sinch's id: several, where several apps
 * use a key.
 * @throws DatabaseUnavailableError while the database is down.
 */
export async function findMessages(
  { pool }: Pick<Database, 'pool'>,
  text: string,
): Promise<readonly OutboundMessage[]> {
  return await whileAvailable(async () => (await pool.query<OutboundMessage>(find, [text])).rows);
}
