import type { Database } from '../database.ts';
import { whileAvailable } from '../failure.ts';
import type { ErasedTable } from './erased-tables.ts';
import { asDigested, type ErasedKind, type ErasureKeys } from './erasure-keys.ts';
import type { KnownPerson } from './person.ts';
import { endOfPage } from './walk-table.ts';

interface Source {
  readonly name: string;
  readonly key: ErasedTable['key'];
  /** Expressions, each a `text[]`. */
  readonly contacts: string;
  readonly identities: string;
  readonly emails?: string;
  readonly externalIds?: string;
}

const byId = [['id', 'text']] as const;
const ofContact = { contacts: 'ARRAY[contact_id]', identities: 'ARRAY[identity]' };

const sources: readonly Source[] = [
  {
    name: 'contact',
    key: [['sinch_contact_id', 'text']],
    contacts: 'ARRAY[sinch_contact_id]',
    identities: `'{}'::text[]`,
    emails: 'ARRAY[email]',
    externalIds: 'ARRAY[external_id]',
  },
  {
    name: 'contact_identity',
    key: [['sinch_contact_id', 'text']],
    contacts: 'ARRAY[sinch_contact_id]',
    identities: 'ARRAY[identity]',
  },
  { name: 'message', key: [['sinch_message_id', 'text']], ...ofContact },
  { name: 'consent_event', key: [['consent_key', 'bytea']], ...ofContact },
  { name: 'inbound_event', key: byId, ...ofContact },
  {
    name: 'outbound',
    key: [['id', 'uuid']],
    contacts: 'ARRAY[contact_id]',
    identities: 'identities',
  },
];

const none = `'{}'::text[]`;

/**
 * Finds people by the digests of their ids and identities, as a restored database has them again.
 * Reads each row of the tables that name people once, for all of them together.
 * @param erasures digests by the erasure that they are of.
 * @throws DatabaseUnavailableError.
 */
export async function findByDigests(
  database: Database,
  erasures: ReadonlyMap<string, readonly string[]>,
  keys: ErasureKeys,
): Promise<ReadonlyMap<string, KnownPerson>> {
  const owners = new Map<string, string[]>();
  for (const [id, digests] of erasures) {
    for (const digest of digests) owners.set(digest, [...(owners.get(digest) ?? []), id]);
  }
  const found = new Map([...erasures.keys()].map((id) => [id, emptySets()]));
  const note = (kind: ErasedKind, value: string | null, into: keyof KnownPerson) => {
    if (value === null) return;
    for (const id of owners.get(keys.digest(kind, spelt(kind, value))) ?? []) {
      found.get(id)?.[into].add(value);
    }
  };
  for (const source of sources) {
    for await (const row of rowsOf(database, source)) {
      for (const value of row.contacts) note('contact', value, 'contacts');
      for (const value of row.identities) note('identity', value, 'identities');
      for (const value of row.emails) note('email', value, 'emails');
      for (const value of row.externalIds) note('external-id', value, 'externalIds');
    }
  }
  return new Map(
    [...found].map(([id, { contacts, identities, emails, externalIds }]) => [
      id,
      {
        contacts: [...contacts],
        identities: [...identities],
        emails: [...emails],
        externalIds: [...externalIds],
      },
    ]),
  );
}

function emptySets() {
  return {
    contacts: new Set<string>(),
    identities: new Set<string>(),
    emails: new Set<string>(),
    externalIds: new Set<string>(),
  };
}

function spelt(kind: ErasedKind, value: string): string {
  if (kind === 'identity') return asDigested(value);
  return kind === 'email' ? value.toLowerCase() : value;
}

type Row = Readonly<Record<keyof KnownPerson, readonly (string | null)[]>>;

async function* rowsOf(database: Database, source: Source): AsyncGenerator<Row> {
  const { name, key, contacts, identities, emails = none, externalIds = none } = source;
  const names = `(${key.map(([column]) => column).join(', ')})`;
  const at = (first: number) =>
    `(${key.map(([, type], index) => `$${first + index}::${type}`).join(', ')})`;
  let from: readonly string[] | undefined;
  do {
    const after = from;
    const to = await whileAvailable(
      async () => await endOfPage(database, { name, key, isOwn: 'false' }, after),
    );
    const conditions = [
      ...(after ? [`${names} > ${at(1)}`] : []),
      ...(to ? [`${names} <= ${at(1 + (after?.length ?? 0))}`] : []),
      'true',
    ];
    const { rows } = await whileAvailable(
      async () =>
        await database.pool.query<Row>(
          `SELECT ${contacts} AS contacts, ${identities} AS identities, ${emails} AS emails,
             ${externalIds} AS "externalIds"
           FROM ${name} WHERE ${conditions.join(' AND ')}`,
          [...(after ?? []), ...(to ?? [])],
        ),
    );
    yield* rows;
    from = to;
  } while (from !== undefined);
}
