import type { Column, FactRow, JoinTable } from './join-table.ts';

type Row = Record<string, string | null>;

/**
 * Joins rows of facts that are about the same row, so that each row of the table is sent and
 * touched once a batch. It does what the join statement does with what the table holds, so where
 * a batch is cut does not show.
 * @returns rows with distinct keys.
 */
export function mergeRows(table: JoinTable, rows: readonly FactRow[]): readonly FactRow[] {
  const merged = new Map<string, FactRow>();
  const joined = new Map<string, Row>();
  for (const row of rows) {
    const key = keyOf(table, row);
    const first = merged.get(key);
    if (first === undefined) {
      merged.set(key, row);
      continue;
    }
    // A copy is made where there is something to join, which is not the rule.
    const known = joined.get(key) ?? { ...first };
    join(table, known, row);
    joined.set(key, known);
    merged.set(key, known);
  }
  return [...merged.values()];
}

/** Keys hold no NUL: Postgres would not take it. */
function keyOf({ key }: JoinTable, row: FactRow): string {
  const [first] = key;
  if (key.length === 1 && first !== undefined) return row[first.name] ?? '';
  return key.map(({ name }) => row[name]).join('\u0000');
}

function join({ greatest, least, groups }: JoinTable, known: Row, row: FactRow): void {
  for (const column of greatest) {
    if (replaces(column, (order) => order > 0)) keep(column);
  }
  for (const column of least) {
    if (replaces(column, (order) => order < 0)) keep(column);
  }
  for (const { stamp, columns } of groups) {
    const stamped = { name: stamp, type: 'text' };
    if (!replaces(stamped, (order) => order > 0)) continue;
    keep(stamped);
    for (const column of columns) keep(column);
  }

  /** What is absent gives way to what is there, and never the other way round. */
  function replaces(column: Column, isBetter: (order: number) => boolean): boolean {
    const ours = known[column.name] ?? undefined;
    const theirs = row[column.name] ?? undefined;
    if (theirs === undefined || theirs === ours) return false;
    return ours === undefined || isBetter(compare(column, theirs, ours));
  }

  function keep({ name }: Column): void {
    known[name] = row[name] ?? null;
  }
}

/**
 * Texts as Postgres compares them, byte by byte. Instants are all written alike, so their texts
 * sort as they do, and so do the names of the one enum.
 */
function compare({ type }: Column, one: string, other: string): number {
  if (type === 'text') return Buffer.compare(Buffer.from(one), Buffer.from(other));
  return one < other ? -1 : 1;
}
