import { readTypedIdentity } from '@sinch-callbacks/core';
import type pg from 'pg';
import { asDigested, type ErasureKeys, erasedPrefix, type ShareableKind } from './erasure-keys.ts';
import { type MentionPatterns, mentionPatterns } from './mention-pattern.ts';
import { type SearchTexts, searchTextsOf } from './search-texts.ts';

/** The one thing that the caller knows of the person. */
export type PersonKey =
  | { readonly kind: 'phone'; readonly value: string }
  | { readonly kind: 'contact'; readonly value: string }
  | { readonly kind: 'external-id'; readonly value: string }
  | { readonly kind: 'email'; readonly value: string };

/** All by which the rows of a person are found. */
export interface Person {
  readonly contacts: readonly string[];
  /** As the tables hold them. */
  readonly identities: readonly string[];
  readonly emails: readonly string[];
  readonly externalIds: readonly string[];
  /** Those of the identities, addresses and ids that someone else has too. */
  readonly shared: readonly string[];
  readonly messages: readonly string[];
  /** Conversations, events of the contact, and whatever else has an id of its own. */
  readonly subjects: readonly string[];
}

/** What a person is known by at first. */
export type KnownPerson = Pick<Person, 'contacts' | 'identities' | 'emails' | 'externalIds'>;

/**
 * The treatment of contacts that share an identity or an address with the person, and are someone
 * else. `spared`: what a contact that was not deleted has too is no part of the person.
 */
export type OtherContacts = 'lose-shared' | 'spared';

export interface FoundPerson {
  readonly person: Person;
  /** Contacts that share an identity with the person, and are someone else. */
  readonly neighbours: number;
}

/** The most ids of one person. */
const maxPersonIds = 100_000;

/** A person with more rows than one erasure holds in memory. */
export class TooManyIdsError extends Error {
  override readonly name = 'TooManyIdsError';
  readonly code = 'too-many-ids';
  constructor() {
    super(
      `the person has more than ${maxPersonIds} messages and conversations, and is not erased. Is it ` +
        'a number of your own? For a person, let RETENTION_PROJECTIONS_DAYS remove old messages ' +
        '(callbacks prune --schedule), then run the same command again',
    );
  }
}

const contactsByIdentity = `
SELECT DISTINCT sinch_contact_id AS id FROM contact_identity WHERE identity = ANY ($1::text[])
UNION SELECT contact_id FROM message WHERE identity = ANY ($1::text[]) AND contact_id IS NOT NULL
UNION SELECT contact_id FROM consent_event
  WHERE identity = ANY ($1::text[]) AND contact_id IS NOT NULL
UNION SELECT contact_id FROM capability WHERE identity = ANY ($1::text[]) AND contact_id <> ''
UNION SELECT contact_id FROM inbound_event
  WHERE identity = ANY ($1::text[]) AND contact_id IS NOT NULL
UNION SELECT contact_id FROM reaction WHERE identity = ANY ($1::text[]) AND contact_id IS NOT NULL
UNION SELECT contact_id FROM unsupported
  WHERE identity = ANY ($1::text[]) AND contact_id IS NOT NULL
UNION SELECT contact_id FROM event_delivery
  WHERE identity = ANY ($1::text[]) AND contact_id IS NOT NULL`;

/** The contacts themselves, and all that they were merged with. */
const merged = `
SELECT id FROM unnest($1::text[]) AS given(id)
UNION SELECT r.contact_id FROM contact_root AS r
WHERE r.root_id IN (SELECT own.root_id FROM contact_root AS own WHERE own.contact_id = ANY ($1::text[]))`;

const identitiesOf = `
SELECT identity AS id FROM contact_identity WHERE sinch_contact_id = ANY ($1::text[])
UNION SELECT identity FROM message WHERE contact_id = ANY ($1::text[]) AND identity IS NOT NULL
UNION SELECT identity FROM consent_event WHERE contact_id = ANY ($1::text[]) AND identity IS NOT NULL
UNION SELECT identity FROM inbound_event WHERE contact_id = ANY ($1::text[]) AND identity IS NOT NULL
UNION SELECT identity FROM capability WHERE contact_id = ANY ($1::text[])
UNION SELECT identity FROM reaction WHERE contact_id = ANY ($1::text[]) AND identity IS NOT NULL
UNION SELECT identity FROM unsupported WHERE contact_id = ANY ($1::text[]) AND identity IS NOT NULL
UNION SELECT identity FROM event_delivery WHERE contact_id = ANY ($1::text[]) AND identity IS NOT NULL
UNION SELECT unnest(identities) FROM outbound WHERE contact_id = ANY ($1::text[])
UNION SELECT identity FROM event_delivery_channel WHERE identity IS NOT NULL AND sinch_event_id IN (
  SELECT sinch_event_id FROM event_delivery WHERE contact_id = ANY ($1::text[]))
UNION SELECT s.identity FROM message AS m
  CROSS JOIN LATERAL (
    SELECT identity FROM message_status WHERE sinch_message_id = m.sinch_message_id
    UNION SELECT identity FROM message_channel WHERE sinch_message_id = m.sinch_message_id) AS s
  WHERE m.contact_id = ANY ($1::text[]) AND s.identity IS NOT NULL`;

const detailsOf = (column: string) => `
SELECT ${column} AS id FROM contact
WHERE sinch_contact_id = ANY ($1::text[]) AND coalesce(${column}, '') <> ''`;

/** A message without a contact is of the person at its identity. */
const messagesOf = `
SELECT sinch_message_id AS id FROM message WHERE contact_id = ANY ($1::text[])
UNION SELECT sinch_message_id FROM message
  WHERE contact_id IS NULL AND identity = ANY ($2::text[])
UNION SELECT sinch_message_id FROM outbound
  WHERE sinch_message_id IS NOT NULL AND contact_id = ANY ($1::text[])
UNION SELECT sinch_message_id FROM outbound
  WHERE sinch_message_id IS NOT NULL AND contact_id IS NULL AND identities && $2::text[]
LIMIT ${maxPersonIds + 1}`;

const subjectsOf = `
SELECT sinch_conversation_id AS id FROM conversation WHERE contact_id = ANY ($1::text[])
UNION SELECT id FROM inbound_event WHERE contact_id = ANY ($1::text[])
UNION SELECT sinch_event_id FROM event_delivery WHERE contact_id = ANY ($1::text[])
UNION SELECT id FROM reaction WHERE contact_id = ANY ($1::text[])
UNION SELECT id FROM unsupported WHERE contact_id = ANY ($1::text[])
UNION SELECT request_id FROM consent_event
  WHERE contact_id = ANY ($1::text[]) AND request_id IS NOT NULL
LIMIT ${maxPersonIds + 1}`;

const isOther = `c.deleted_at IS NULL AND NOT i.sinch_contact_id = ANY ($2::text[])`;

const livingIdentities = `
SELECT i.identity AS id FROM contact_identity AS i LEFT JOIN contact AS c USING (sinch_contact_id)
WHERE i.identity = ANY ($1::text[]) AND ${isOther}
UNION SELECT i.identity FROM (
  SELECT DISTINCT identity, contact_id AS sinch_contact_id FROM message
  WHERE identity = ANY ($1::text[]) AND contact_id IS NOT NULL) AS i
LEFT JOIN contact AS c USING (sinch_contact_id) WHERE ${isOther}`;

const livingDetails = (column: string) => `
SELECT DISTINCT i.${column} AS id FROM contact AS i JOIN contact AS c USING (sinch_contact_id)
WHERE i.${column} = ANY ($1::text[]) AND ${isOther}`;

const countNeighbours = `
SELECT count(DISTINCT sinch_contact_id)::integer AS neighbours FROM contact_identity
WHERE identity = ANY ($1::text[]) AND NOT sinch_contact_id = ANY ($2::text[])`;

/** Identities and details that other contacts have too. */
const sharedWithOthers = `
SELECT identity AS id FROM contact_identity
WHERE identity = ANY ($1::text[]) AND NOT sinch_contact_id = ANY ($4::text[])
UNION SELECT identity FROM message
WHERE identity = ANY ($1::text[]) AND NOT contact_id = ANY ($4::text[])
UNION SELECT lower(email) FROM contact
WHERE lower(email) = ANY ($2::text[]) AND NOT sinch_contact_id = ANY ($4::text[])
UNION SELECT external_id FROM contact
WHERE external_id = ANY ($3::text[]) AND NOT sinch_contact_id = ANY ($4::text[])`;

/**
 * Finds the person behind a key: all contacts that hold it, those that they were merged with, and
 * their identities, messages and other ids.
 *
 * Contacts that hold the typed number are one person: what was written at a number belongs to it.
 * From the further identities it does not go on: a contact that shares only one of those is someone
 * else, and its rows lose that identity alone, unless they are to be spared.
 * @throws TooManyIdsError.
 */
export async function findPerson(
  db: Queryable,
  key: PersonKey,
  others: OtherContacts = 'lose-shared',
): Promise<FoundPerson> {
  const typed = key.kind === 'phone' ? readTypedIdentity(key.value).identities : [];
  const contacts = await idsOf(db, merged, [await contactsOf(db, key, typed)]);
  const identities = new Set(await idsOf(db, identitiesOf, [contacts]));
  identities.delete('');
  for (const identity of typed) identities.add(identity);
  const known = {
    contacts,
    identities: [...identities].filter((identity) => !identity.startsWith(erasedPrefix)),
    emails: key.kind === 'email' ? [key.value] : [],
    externalIds: key.kind === 'external-id' ? [key.value] : [],
  };
  return await completePerson(db, known, others);
}

/** Adds what the contacts and identities lead to. @throws TooManyIdsError. */
export async function completePerson(
  db: Queryable,
  known: KnownPerson,
  others: OtherContacts = 'lose-shared',
): Promise<FoundPerson> {
  const { contacts } = known;
  const details = {
    ...known,
    emails: union(known.emails, await idsOf(db, detailsOf('email'), [contacts])),
    externalIds: union(known.externalIds, await idsOf(db, detailsOf('external_id'), [contacts])),
  };
  const own = others === 'spared' ? await withoutShared(db, details) : details;
  const { identities, externalIds } = own;
  const emails = own.emails.map((email) => email.toLowerCase());
  const shared = await idsOf(db, sharedWithOthers, [identities, emails, externalIds, contacts]);
  const messages = await idsOf(db, messagesOf, [contacts, identities]);
  const subjects = await idsOf(db, subjectsOf, [contacts]);
  if (messages.length + subjects.length > maxPersonIds) throw new TooManyIdsError();
  const { rows } = await db.query<{ neighbours: number }>(countNeighbours, [identities, contacts]);
  return { person: { ...own, shared, messages, subjects }, neighbours: rows[0]?.neighbours ?? 0 };
}

function union(one: readonly string[], other: readonly string[]): readonly string[] {
  return [...new Set([...one, ...other])];
}

type Queryable = Pick<pg.Pool, 'query'>;

/** Leaves out what a contact that lives has too. */
async function withoutShared(db: Queryable, known: KnownPerson): Promise<KnownPerson> {
  const { contacts, identities, emails, externalIds } = known;
  const without = async (sql: string, values: readonly string[]) => {
    const shared = new Set(await idsOf(db, sql, [values, contacts]));
    return values.filter((value) => !shared.has(value));
  };
  return {
    contacts,
    identities: await without(livingIdentities, identities),
    emails: await without(livingDetails('email'), emails),
    externalIds: await without(livingDetails('external_id'), externalIds),
  };
}

async function contactsOf(
  db: Queryable,
  key: PersonKey,
  typed: readonly string[],
): Promise<readonly string[]> {
  switch (key.kind) {
    case 'phone':
      return await idsOf(db, contactsByIdentity, [typed]);
    case 'contact':
      return [key.value];
    case 'external-id':
      return await idsOf(db, 'SELECT sinch_contact_id AS id FROM contact WHERE external_id = $1', [
        key.value,
      ]);
    case 'email':
      return await idsOf(
        db,
        'SELECT sinch_contact_id AS id FROM contact WHERE lower(email) = lower($1)',
        [key.value],
      );
  }
}

async function idsOf(db: Queryable, sql: string, values: readonly unknown[]): Promise<string[]> {
  return (await db.query<{ id: string }>(sql, [...values])).rows.map(({ id }) => id);
}

/** What finds a person in tables: patterns for texts, and ids and words in lower case. */
export function patternsOf(person: Person): MentionPatterns & Pick<SearchTexts, 'ids' | 'words'> {
  const searched = searchTextsOf(person);
  return {
    ...mentionPatterns(searched),
    ids: searched.ids.map((id) => id.toLowerCase()),
    words: searched.words.map((word) => word.toLowerCase()),
  };
}

/**
 * Lists the digests by which the person is recognised later. What someone else has too is listed as
 * shared: alone it does not make an event the person's.
 */
export function digestsOf(person: Person, keys: ErasureKeys): readonly string[] {
  const digests = new Set<string>();
  const shared = new Set(person.shared.flatMap((value) => [value, asDigested(value)]));
  const add = (kind: ShareableKind, value: string) => {
    digests.add(keys.digest(shared.has(value) ? `shared-${kind}` : kind, value));
  };
  for (const identity of person.identities) add('identity', asDigested(identity));
  for (const email of person.emails) add('email', email.toLowerCase());
  for (const id of person.externalIds) add('external-id', id);
  for (const id of person.contacts) digests.add(keys.digest('contact', id));
  for (const id of person.messages) digests.add(keys.digest('message', id));
  for (const id of person.subjects) digests.add(keys.digest('subject', id));
  return [...digests];
}
