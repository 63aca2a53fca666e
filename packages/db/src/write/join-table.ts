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

/** A statement for any number of rows: one text array per column, in `columns`' order. */
export interface JoinStatement {
  readonly sql: string;
  readonly columns: readonly string[];
}

/**
 * Builds the statement that joins rows of facts into a table: those of the batch with each
 * other first, then with what the table holds. It touches rows in key order, so that two
 * batches never wait for each other in a circle, and writes no row that would not change.
 */
export function joinStatement(table: JoinTable): JoinStatement {
  const { key, greatest, least, groups, followers } = table;
  const columns = [
    ...[...key, ...greatest, ...least].map(({ name }) => name),
    ...groups.flatMap((group) => [group.stamp, ...group.columns.map(({ name }) => name)]),
  ];
  const keyNames = key.map(({ name }) => name).join(', ');
  const inputs = columns.map((_, index) => `$${index + 1}::text[]`).join(', ');
  const merged = [
    ...key.map(({ name }) => name),
    ...greatest.map((column) => `max(${ordered(column)}) AS ${column.name}`),
    ...least.map((column) => `min(${ordered(column)}) AS ${column.name}`),
    ...groups.map(mergedGroup),
  ];
  const selected = [
    ...key.map(({ name, type }) => `b.${name}::${type}`),
    ...[...greatest, ...least].map(({ name }) => `b.${name}`),
    ...groups.flatMap(({ stamp, columns: [...members] }) => [
      `b.${stamp}_group[1]`,
      ...members.map(({ type }, index) => `b.${stamp}_group[${index + 2}]::${type}`),
    ]),
    ...followers.map(({ of }) => `nullif(b.${of}, '')`),
  ];
  const sql = `
INSERT INTO ${table.name} AS t (${[...columns, ...followers.map(({ name }) => name)].join(', ')})
SELECT ${selected.join(', ')}
FROM (
  SELECT ${merged.join(',\n    ')}
  FROM unnest(${inputs}) AS f(${columns.join(', ')})
  GROUP BY ${keyNames}
) AS b
ORDER BY ${key.map(({ name }) => `b.${name}`).join(', ')}
ON CONFLICT (${keyNames}) DO UPDATE SET
  ${assignments(table).join(',\n  ')}
WHERE ${changes(table).join('\n  OR ')}`;
  return { sql, columns };
}

/** Text is compared byte by byte, so that the order does not depend on the database's locale. */
function ordered({ name, type }: Column): string {
  return type === 'text' ? `${name} COLLATE "C"` : `${name}::${type}`;
}

function mergedGroup({ stamp, columns }: StampedGroup): string {
  const members = [`${stamp} COLLATE "C"`, ...columns.map(({ name }) => name)];
  return `max(ARRAY[${members.join(', ')}]) FILTER (WHERE ${stamp} IS NOT NULL) AS ${stamp}_group`;
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
