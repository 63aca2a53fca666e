import type { Database } from '../database.ts';
import { whileAvailable } from '../failure.ts';
import { type PersonalColumn, personalColumns } from '../privacy/personal-columns.ts';
import { type ErasedTable, erasureSteps } from './erased-tables.ts';
import { asDigested, type ErasedKind, type ErasureKeys } from './erasure-keys.ts';
import type { Person } from './person.ts';
import { endOfPage } from './walk-table.ts';

/** The kinds of values that a digest may be of. */
const listedAs = {
  contacts: ['contact'],
  identities: ['identity', 'shared-identity'],
  emails: ['email', 'shared-email'],
  externalIds: ['external-id', 'shared-external-id'],
  messages: ['message'],
} as const satisfies Partial<Record<keyof Person, readonly ErasedKind[]>>;

type Kind = keyof typeof listedAs;

/** A column that the catalogue of personal columns has, with the kind of its values. */
interface Source {
  readonly table: ErasedTable;
  readonly columns: readonly { readonly column: string; readonly kind: Kind }[];
}

/** Every table that an erasure goes through and that names a person or one of its messages. */
const sources: readonly Source[] = [
  ...new Map(erasureSteps.map((table) => [table.name, table])).values(),
].flatMap((table) => {
  const columns = Object.entries(personalColumns[table.name] ?? {}).flatMap(([column, found]) => {
    const kind = kindOf(column, found);
    return kind === undefined ? [] : [{ column, kind }];
  });
  return columns.length === 0 ? [] : [{ table, columns }];
});

/** A key or lane that holds an identity is made of one that another column has. */
function kindOf(column: string, { holds }: PersonalColumn): Kind | undefined {
  if (holds === 'identity') {
    return column === 'identity' || column === 'identities' ? 'identities' : undefined;
  }
  if (column === 'contact_id' || column === 'sinch_contact_id') return 'contacts';
  if (column === 'sinch_message_id') return 'messages';
  if (holds !== 'contact-detail') return undefined;
  return column === 'email' ? 'emails' : 'externalIds';
}

/**
 * Finds people by the digests of their ids and identities, as a restored database has them again.
 * Reads each row of the tables that name people once, for all of them together. A number that stands
 * in texts alone is not found: a digest can only be compared with a whole value.
 * @param erasures digests by the erasure that they are of.
 * @throws DatabaseUnavailableError.
 */
export async function findByDigests(
  database: Database,
  erasures: ReadonlyMap<string, readonly string[]>,
  keys: ErasureKeys,
): Promise<ReadonlyMap<string, Person>> {
  const owners = new Map<string, string[]>();
  for (const [id, digests] of erasures) {
    for (const digest of digests) owners.set(digest, [...(owners.get(digest) ?? []), id]);
  }
  const found = new Map([...erasures.keys()].map((id) => [id, emptySets()]));
  const note = (kind: Kind, value: string) => {
    for (const listed of listedAs[kind]) {
      for (const id of owners.get(keys.digest(listed, spelt(kind, value))) ?? []) {
        found.get(id)?.[kind].add(value);
      }
    }
  };
  for (const { table, columns } of sources) {
    for await (const row of rowsOf(database, table, columns)) {
      for (const [index, { kind }] of columns.entries()) {
        for (const value of [row[index] ?? []].flat()) note(kind, value);
      }
    }
  }
  return new Map(
    [...found].map(([id, sets]) => [
      id,
      {
        contacts: [...sets.contacts],
        identities: [...sets.identities],
        emails: [...sets.emails],
        externalIds: [...sets.externalIds],
        messages: [...sets.messages],
        shared: [],
        subjects: [],
      },
    ]),
  );
}

function emptySets(): Record<Kind, Set<string>> {
  return {
    contacts: new Set(),
    identities: new Set(),
    emails: new Set(),
    externalIds: new Set(),
    messages: new Set(),
  };
}

function spelt(kind: Kind, value: string): string {
  if (kind === 'identities') return asDigested(value);
  return kind === 'emails' ? value.toLowerCase() : value;
}

/** The values of a row, in the order of the columns. */
type Row = readonly (string | readonly string[] | null)[];

async function* rowsOf(
  database: Database,
  table: ErasedTable,
  columns: Source['columns'],
): AsyncGenerator<Row> {
  const { name, key } = table;
  const names = `(${key.map(([column]) => column).join(', ')})`;
  const at = (first: number) =>
    `(${key.map(([, type], index) => `$${first + index}::${type}`).join(', ')})`;
  let from: readonly string[] | undefined;
  do {
    const after = from;
    const to = await whileAvailable(async () => await endOfPage(database, table, after));
    const conditions = [
      ...(after ? [`${names} > ${at(1)}`] : []),
      ...(to ? [`${names} <= ${at(1 + (after?.length ?? 0))}`] : []),
      'true',
    ];
    const { rows } = await whileAvailable(
      async () =>
        await database.pool.query<(string | string[] | null)[]>({
          text: `SELECT ${columns.map(({ column }) => column).join(', ')}
            FROM ${name} WHERE ${conditions.join(' AND ')}`,
          values: [...(after ?? []), ...(to ?? [])],
          rowMode: 'array',
        }),
    );
    yield* rows;
    from = to;
  } while (from !== undefined);
}
