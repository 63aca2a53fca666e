import type { Statement } from './write-session.ts';

/** A column and the SQL type that its text form is cast to. */
export interface Column {
  readonly name: string;
  readonly type: string;
}

/** Columns that change together, to those of the fact with the greatest stamp. */
export interface StampedGroup {
  readonly stamp: string;
  readonly columns: readonly Column[];
}

/** A column that takes another's value whenever that changes, and may be set by others between. */
export interface Follower {
  readonly name: string;
  /** A key or `greatest` column of type text. */
  readonly of: string;
}

/**
 * A table whose rows are joined from facts. Each way to join is commutative, associative and
 * idempotent, so a row ends the same in whatever order and however often its facts arrive:
 * `greatest` and `least` keep the extreme value that is present, a group follows its stamp.
 */
export interface JoinTable {
  readonly name: string;
  readonly key: readonly Column[];
  readonly greatest: readonly Column[];
  readonly least: readonly Column[];
  readonly groups: readonly StampedGroup[];
  readonly followers: readonly Follower[];
}

/** One fact as a row: values by column name, as text, absent as null. */
export type FactRow = Readonly<Record<string, string | null>>;

/** A statement for any number of rows: one `text[]` per column, in `columns`' order. */
export interface JoinStatement extends Statement {
  readonly columns: readonly string[];
}

/**
 * Builds the statement that joins rows of facts into a table, where each key comes once. It
 * touches rows in key order, so that two batches never wait for each other in a circle, and
 * writes no row that would not change.
 */
export function joinStatement(table: JoinTable): JoinStatement {
  const { key, greatest, least, groups, followers } = table;
  const typed = [
    ...key,
    ...greatest,
    ...least,
    ...groups.flatMap((group) => [{ name: group.stamp, type: 'text' }, ...group.columns]),
  ];
  const columns = typed.map(({ name }) => name);
  const inputs = columns.map((_, index) => `$${index + 1}::text[]`).join(', ');
  const selected = [
    ...typed.map(({ name, type }) => (type === 'text' ? `f.${name}` : `f.${name}::${type}`)),
    ...followers.map(({ of }) => `nullif(f.${of}, '')`),
  ];
  const keyNames = key.map(({ name }) => name).join(', ');
  const sql = `
INSERT INTO ${table.name} AS t (${[...columns, ...followers.map(({ name }) => name)].join(', ')})
SELECT ${selected.join(', ')}
FROM unnest(${inputs}) AS f(${columns.join(', ')})
ORDER BY ${key.map(({ name }) => `f.${name} COLLATE "C"`).join(', ')}
ON CONFLICT (${keyNames}) DO UPDATE SET
  ${assignments(table).join(',\n  ')}
WHERE ${changes(table).join('\n  OR ')}`;
  return { name: `join_${table.name}`, sql, columns };
}

function isNewer(stamp: string): string {
  return `excluded.${stamp} COLLATE "C" > coalesce(t.${stamp}, '')`;
}

function extreme(which: 'GREATEST' | 'LEAST', { name, type }: Column): string {
  const collation = type === 'text' ? ' COLLATE "C"' : '';
  return `${which}(t.${name}${collation}, excluded.${name}${collation})`;
}

function assignments({ greatest, least, groups, followers }: JoinTable): string[] {
  return [
    ...greatest.flatMap((column) =>
      followers
        .filter(({ of }) => of === column.name)
        .map(({ name }) => `${name} = ${followed(name, column)}`),
    ),
    ...greatest.map((column) => `${column.name} = ${extreme('GREATEST', column)}`),
    ...least.map((column) => `${column.name} = ${extreme('LEAST', column)}`),
    ...groups.flatMap(({ stamp, columns }) =>
      [...columns.map(({ name }) => name), stamp].map(
        (name) => `${name} = CASE WHEN ${isNewer(stamp)} THEN excluded.${name} ELSE t.${name} END`,
      ),
    ),
  ];
}

function changes({ greatest, least, groups }: JoinTable): string[] {
  return [
    ...greatest.map((c) => `${extreme('GREATEST', c)} IS DISTINCT FROM t.${c.name}`),
    ...least.map((c) => `${extreme('LEAST', c)} IS DISTINCT FROM t.${c.name}`),
    ...groups.map(({ stamp }) => isNewer(stamp)),
  ];
}

function followed(name: string, column: Column): string {
  const joined = extreme('GREATEST', column);
  const hasChanged = `${joined} IS DISTINCT FROM t.${column.name}`;
  return `CASE WHEN ${hasChanged} THEN ${joined} ELSE t.${name} END`;
}
