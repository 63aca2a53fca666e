import type { Database } from '../database.ts';
import { whileAvailable } from '../failure.ts';
import { byteaArray } from '../write/text-array.ts';
import type { ErasureKeys } from './erasure-keys.ts';
import type { Person } from './person.ts';

/** A store of messages at Sinch, by the processing mode of a message. */
export type SinchStore = 'CONVERSATION_SOURCE' | 'DISPATCH_SOURCE';

/** The ids by which a person is deleted at Sinch. */
export interface SinchIds {
  readonly conversations: readonly string[];
  /** Messages of none of these conversations; in both stores where the mode is not known. */
  readonly messages: readonly { readonly id: string; readonly stores: readonly SinchStore[] }[];
  readonly contacts: readonly string[];
}

const conversationsOf = `
SELECT sinch_conversation_id AS id FROM conversation WHERE contact_id = ANY ($1::text[])
UNION SELECT conversation_id FROM message
  WHERE contact_id = ANY ($1::text[]) AND coalesce(conversation_id, '') <> ''
UNION SELECT conversation_id FROM inbound_event
  WHERE contact_id = ANY ($1::text[]) AND coalesce(conversation_id, '') <> ''`;

const messagesOutside = `
SELECT given.id, m.processing_mode AS mode, coalesce(m.conversation_id, '') <> '' AS "hasConversation"
FROM unnest($1::text[]) AS given(id)
LEFT JOIN message AS m ON m.sinch_message_id = given.id
WHERE NOT coalesce(m.conversation_id = ANY ($2::text[]), false)`;

interface MessageRow {
  readonly id: string;
  readonly mode: string | null;
  readonly hasConversation: boolean;
}

/**
 * Finds what Sinch may hold of a person. Erasures keep ids, so the result is the same before and
 * after one. Ids that no callback named are not in it.
 * @throws DatabaseUnavailableError.
 */
export async function findSinchIds(
  { pool }: Pick<Database, 'pool'>,
  { contacts, messages }: Pick<Person, 'contacts' | 'messages'>,
): Promise<SinchIds> {
  return await whileAvailable(async () => {
    const found = await pool.query<{ id: string }>(conversationsOf, [[...contacts]]);
    const conversations = found.rows.map(({ id }) => id);
    const { rows } = await pool.query<MessageRow>(messagesOutside, [[...messages], conversations]);
    return {
      conversations,
      messages: rows.map((row) => ({ id: row.id, stores: storesOf(row) })),
      contacts,
    };
  });
}

function storesOf({ mode, hasConversation }: MessageRow): readonly SinchStore[] {
  if (hasConversation || mode === 'CONVERSATION') return ['CONVERSATION_SOURCE'];
  if (mode === 'DISPATCH') return ['DISPATCH_SOURCE'];
  return ['DISPATCH_SOURCE', 'CONVERSATION_SOURCE'];
}

const earlierKeys = `
SELECT encode(k.digest, 'hex') AS digest FROM erased_key AS k WHERE k.erasure_id IN (
  SELECT o.erasure_id FROM erased_key AS o JOIN erasure AS e ON e.id = o.erasure_id
  WHERE o.is_typed AND o.digest = ANY ($1::bytea[]) AND e.state = 'DONE')`;

/** Rows of one page. */
const pageRows = 5_000;

/**
 * Finds the contacts and messages of a person who was erased before by the same number or id, by
 * their digests: nothing else leads to them. One that only shares a number is someone else. Reads
 * the ids of all contacts and messages once, where there was such an erasure.
 * @param typed the digests of what was typed.
 * @throws DatabaseUnavailableError.
 */
export async function findErasedIds(
  database: Pick<Database, 'pool'>,
  typed: readonly string[],
  keys: ErasureKeys,
): Promise<Pick<Person, 'contacts' | 'messages'>> {
  const { rows } = await whileAvailable(
    async () => await database.pool.query<{ digest: string }>(earlierKeys, [byteaArray(typed)]),
  );
  const digests = new Set(rows.map(({ digest }) => digest));
  const contacts = new Set<string>();
  const messages = new Set<string>();
  if (digests.size === 0) return { contacts: [], messages: [] };
  for await (const { id } of pagesOf(database, 'contact', 'sinch_contact_id', 'NULL')) {
    if (digests.has(keys.digest('contact', id))) contacts.add(id);
  }
  for await (const row of pagesOf(database, 'message', 'sinch_message_id', 'contact_id')) {
    const { id, contact } = row;
    const isOfContact = contact !== null && digests.has(keys.digest('contact', contact));
    if (isOfContact) contacts.add(contact);
    if (isOfContact || digests.has(keys.digest('message', id))) messages.add(id);
  }
  return { contacts: [...contacts], messages: [...messages] };
}

interface IdRow {
  readonly id: string;
  readonly contact: string | null;
}

async function* pagesOf(
  { pool }: Pick<Database, 'pool'>,
  table: string,
  key: string,
  contact: string,
): AsyncGenerator<IdRow> {
  const sql = `SELECT ${key} AS id, ${contact} AS contact FROM ${table}
    WHERE ${key} > $1 ORDER BY ${key} LIMIT ${pageRows}`;
  let from: string | undefined = '';
  while (from !== undefined) {
    const after: string = from;
    const { rows } = await whileAvailable(async () => await pool.query<IdRow>(sql, [after]));
    yield* rows;
    from = rows.length < pageRows ? undefined : rows.at(-1)?.id;
  }
}
