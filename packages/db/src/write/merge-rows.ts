import type { Column, FactRow, JoinTable } from './join-table.ts';

type Row = Record<string, string | null>;

/**
 * Joins rows of facts that are about the same row, so that each row of the table is sent and
 * touched once a batch. It does what the join statement does with what the table holds, so where
 * a batch is cut does not show.
 * @returns rows with distinct keys.
 */
export function mergeRows(table: JoinTable, rows: readonly FactRow[]): readonly FactRow[] {
  const merged = new Map<string, Row>();
  for (const row of rows) {
    const key = keyOf(table, row);
    const known = merged.get(key);
    if (known === undefined) merged.set(key, { ...row });
    else join(table, known, row);
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
    const [ours, theirs] = [known[column.name], row[column.name]];
    if (theirs != null && (ours == null || compare(column, theirs, ours) > 0)) keep(column);
  }
  for (const column of least) {
    const [ours, theirs] = [known[column.name], row[column.name]];
    if (theirs != null && (ours == null || compare(column, theirs, ours) < 0)) keep(column);
  }
  for (const { stamp, columns } of groups) {
    const [ours, theirs] = [known[stamp], row[stamp]];
    if (theirs == null || (ours != null && theirs <= ours)) continue;
    known[stamp] = theirs;
    for (const column of columns) keep(column);
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
  if (one === other) return 0;
  if (type === 'text') return Buffer.compare(Buffer.from(one), Buffer.from(other));
  return one < other ? -1 : 1;
}
