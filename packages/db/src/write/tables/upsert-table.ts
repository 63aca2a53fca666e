import type { Statement } from '../write-session.ts';

/** A column and its SQL type. Values are sent as text, those of `bytea` as hexadecimal digits. */
export interface Column {
  readonly name: string;
  readonly type: string;
}

/** Columns that change together, to those of the fact with the greatest stamp (a `bytea`). */
export interface StampedGroup {
  readonly stamp: string;
  readonly columns: readonly Column[];
}

/**
 * Columns that change together, to those of the first fact by the columns in `by`. Those are
 * compared from left to right, are present in every fact and are stored with the others.
 */
export interface FirstGroup {
  readonly by: readonly Column[];
  readonly columns: readonly Column[];
}

/**
 * A flag that is set for good once stamped facts have differed in a text column of their group.
 */
export interface DifferenceFlag {
  readonly flag: string;
  readonly stamp: string;
  readonly column: string;
  /** A number of the same group: above 0 a fact makes the statement return its row. */
  readonly rank: string;
}

/** Columns that are null as soon as another one is present, whatever the facts are. */
export interface Withholding {
  readonly by: string;
  readonly columns: readonly string[];
}

/**
 * A table whose rows are merged from facts. Each way to merge is commutative, associative and
 * idempotent: a row ends the same in whatever order and however often its facts arrive. `greatest`
 * (of a boolean: true wins) and `least` keep the extreme value that is present. A group follows its
 * stamp, the first group its first fact, and a difference once seen stays.
 */
export interface UpsertTable {
  readonly name: string;
  /** The key. One with absent values needs an index with NULLS NOT DISTINCT. */
  readonly key: readonly Column[];
  readonly greatest: readonly Column[];
  readonly least: readonly Column[];
  readonly groups: readonly StampedGroup[];
  readonly first?: FirstGroup;
  readonly difference?: DifferenceFlag;
  /**
   * Columns that stay empty once a row has `emptied_at`, which no fact sets. The statement returns
   * such rows.
   */
  readonly emptiable?: readonly string[];
  /** Withheld columns; each must be one of `greatest`. */
  readonly withheld?: Withholding;
}

/** One fact as a row: values by column name, as text, absent as null. */
export type FactRow = Readonly<Record<string, string | null>>;

/** A statement for any number of rows: one array per column, in `columns`' order. */
export interface UpsertStatement extends Statement {
  readonly columns: readonly Column[];
}

/**
 * Builds the statement that upserts rows of facts, where each key occurs once. It touches rows in
 * key order, so that two batches never wait for each other in a circle. It writes no row that would
 * not change.
 *
 * With a difference flag it returns the first key column, as `id`, of rows that have the flag and
 * whose fact has a rank, as `differs`: their group is to be computed from another table. It returns
 * rows that were emptied before, as `emptied`, also where they do not change.
 */
export function upsertStatement(table: UpsertTable): UpsertStatement {
  const columns = columnsOf(table);
  const names = columns.map(({ name }) => name).join(', ');
  const inputs = columns.map(({ type }, index) => `$${index + 1}::${sentAs(type)}[]`).join(', ');
  const selected = columns.map(({ name, type }) =>
    shown(table, name, sentAs(type) === type ? `f.${name}` : `f.${name}::${type}`, ['f']),
  );
  const [first] = table.key;
  const insert = `
INSERT INTO ${table.name} AS t (${names})
SELECT ${selected.join(', ')}
FROM unnest(${inputs}) AS f(${names})
ORDER BY ${table.key.map((column) => collated(`f.${column.name}`, column)).join(', ')}
ON CONFLICT (${table.key.map(({ name }) => name).join(', ')}) DO UPDATE SET
  ${assignments(table).join(',\n  ')}
WHERE ${changes(table).join('\n  OR ')}`;
  const { difference, emptiable } = table;
  const flags = [
    ...(difference ? [`${difference.flag} AS differs`] : []),
    ...(emptiable ? ['emptied_at IS NOT NULL AS emptied'] : []),
  ];
  const sql =
    flags.length > 0 && first
      ? `
WITH upserted AS (${insert}
RETURNING ${first.name} AS id, ${flags.join(', ')})
SELECT * FROM upserted
WHERE ${[...(difference ? ['differs'] : []), ...(emptiable ? ['emptied'] : [])].join(' OR ')}`
      : insert;
  return { name: `upsert_${table.name}`, sql, columns };
}

/** Lists all columns that facts give, key first. */
function columnsOf({ key, greatest, least, groups, first, difference }: UpsertTable): Column[] {
  return [
    ...key,
    ...greatest,
    ...least,
    ...groups.flatMap((group) => [stampColumn(group), ...group.columns]),
    ...(first ? [...first.by, ...first.columns] : []),
    ...(difference ? [{ name: difference.flag, type: 'boolean' }] : []),
  ];
}

export function stampColumn({ stamp }: StampedGroup): Column {
  return { name: stamp, type: 'bytea' };
}

function sentAs(type: string): 'text' | 'bytea' {
  return type === 'bytea' ? 'bytea' : 'text';
}

function collated(expression: string, { type }: Column): string {
  return type === 'text' ? `${expression} COLLATE "C"` : expression;
}

function isNewer(stamp: string): string {
  return `excluded.${stamp} > coalesce(t.${stamp}, '')`;
}

function isEarlier({ by }: FirstGroup): string {
  const of = (row: string) => by.map((column) => collated(`${row}.${column.name}`, column));
  return `(${of('excluded').join(', ')}) < (${of('t').join(', ')})`;
}

/**
 * Builds the condition of a difference. Facts without a stamp do not count; an absent text counts
 * as an empty one.
 */
function differs({ flag, stamp, column }: DifferenceFlag): string {
  return `(t.${flag} OR excluded.${flag} OR (t.${stamp} IS NOT NULL AND excluded.${stamp} IS NOT NULL
    AND coalesce(t.${column}, '') <> coalesce(excluded.${column}, '')))`;
}

function extreme(which: 'GREATEST' | 'LEAST', column: Column): string {
  const [ours, theirs] = [`t.${column.name}`, `excluded.${column.name}`];
  return `${which}(${collated(ours, column)}, ${collated(theirs, column)})`;
}

/** Builds the value, which is null where one of these rows withholds the column. */
function shown({ withheld }: UpsertTable, name: string, value: string, rows: string[]): string {
  if (!withheld?.columns.includes(name)) return value;
  return `CASE WHEN ${rows.map((row) => `${row}.${withheld.by} IS NULL`).join(' AND ')} THEN ${value} END`;
}

function greatestOf(table: UpsertTable, column: Column): string {
  const value = shown(table, column.name, extreme('GREATEST', column), ['t', 'excluded']);
  return stillEmpty(table, column.name, value);
}

/** Builds the value, which stays empty in a row that was emptied. */
function stillEmpty({ emptiable }: UpsertTable, name: string, value: string): string {
  return emptiable?.includes(name) ? `CASE WHEN t.emptied_at IS NULL THEN ${value} END` : value;
}

function assignments(table: UpsertTable): string[] {
  const { greatest, least, groups, first, difference } = table;
  const take = (condition: string, columns: readonly Column[]) =>
    columns.map(({ name }) => {
      const value = `CASE WHEN ${condition} THEN excluded.${name} ELSE t.${name} END`;
      return `${name} = ${stillEmpty(table, name, value)}`;
    });
  return [
    ...greatest.map((column) => `${column.name} = ${greatestOf(table, column)}`),
    ...least.map((column) => `${column.name} = ${extreme('LEAST', column)}`),
    ...groups.flatMap((group) =>
      take(isNewer(group.stamp), [...group.columns, stampColumn(group)]),
    ),
    ...(first ? take(isEarlier(first), [...first.by, ...first.columns]) : []),
    ...(difference ? [`${difference.flag} = ${differs(difference)}`] : []),
  ];
}

function changes(table: UpsertTable): string[] {
  const { greatest, least, groups, first, difference, emptiable } = table;
  return [
    ...greatest.map((c) => `${greatestOf(table, c)} IS DISTINCT FROM t.${c.name}`),
    ...least.map((c) => `${extreme('LEAST', c)} IS DISTINCT FROM t.${c.name}`),
    ...groups.map(({ stamp }) => isNewer(stamp)),
    ...(first ? [isEarlier(first)] : []),
    // Also where nothing changes here: the group must be computed again with this fact.
    ...(difference ? [`(${differs(difference)} AND excluded.${difference.rank} > 0)`] : []),
    ...(difference ? [`${differs(difference)} <> t.${difference.flag}`] : []),
    ...(emptiable ? ['t.emptied_at IS NOT NULL'] : []),
  ];
}
