import { type Column, type FactRow, stampColumn, type UpsertTable } from './upsert-table.ts';

type Row = Record<string, string | null>;

/**
 * Joins rows of facts that are about the same row, so that each row of the table is sent and
 * touched once a batch. It does what the join statement does with what the table holds, so where
 * a batch is cut does not show.
 * @returns rows with distinct keys.
 */
export function mergeRows(table: UpsertTable, rows: readonly FactRow[]): readonly FactRow[] {
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

/** Names a row of the table. Keys hold no NUL: Postgres would not take it. What is absent is another key than ''. */
export function keyOf({ key }: Pick<UpsertTable, 'key'>, row: FactRow): string {
  const [first] = key;
  if (key.length === 1 && first !== undefined) return row[first.name] ?? '';
  return key.map(({ name }) => (row[name] === null ? '-' : `=${row[name]}`)).join('\u0000');
}

function join(table: UpsertTable, known: Row, row: FactRow): void {
  const { greatest, least, groups, first, difference } = table;
  // Before the group takes the other's column over.
  if (difference && (isSet(difference.flag) || differs(difference))) {
    known[difference.flag] = 'true';
  }
  for (const column of greatest) {
    if (replaces(column, (order) => order > 0)) keep(column);
  }
  for (const column of least) {
    if (replaces(column, (order) => order < 0)) keep(column);
  }
  for (const group of groups) {
    const stamp = stampColumn(group);
    if (!replaces(stamp, (order) => order > 0)) continue;
    keep(stamp);
    for (const column of group.columns) keep(column);
  }
  if (first && isEarlier(first.by))
    for (const column of [...first.by, ...first.columns]) keep(column);

  /** What is absent gives way to what is there, and never the other way round. */
  function replaces(column: Column, isBetter: (order: number) => boolean): boolean {
    const ours = known[column.name] ?? undefined;
    const theirs = row[column.name] ?? undefined;
    if (theirs === undefined || theirs === ours) return false;
    return ours === undefined || isBetter(compare(column, theirs, ours));
  }

  function isEarlier(by: readonly Column[]): boolean {
    for (const column of by) {
      const [ours, theirs] = [known[column.name] ?? '', row[column.name] ?? ''];
      if (ours !== theirs) return compare(column, theirs, ours) < 0;
    }
    return false;
  }

  function isSet(flag: string): boolean {
    return row[flag] === 'true' || known[flag] === 'true';
  }

  function differs({ stamp, column }: { stamp: string; column: string }): boolean {
    const areBothStamped = typeof row[stamp] === 'string' && typeof known[stamp] === 'string';
    return areBothStamped && (row[column] ?? '') !== (known[column] ?? '');
  }

  function keep({ name }: Column): void {
    known[name] = row[name] ?? null;
  }
}

/**
 * Texts as Postgres compares them, byte by byte. Hexadecimal digits, true and false, and the names
 * of the one enum sort as their texts do.
 */
function compare({ type }: Column, one: string, other: string): number {
  if (type === 'text') return Buffer.compare(Buffer.from(one), Buffer.from(other));
  if (type === 'smallint') return Number(one) - Number(other);
  if (type === 'timestamptz') return microseconds(one) < microseconds(other) ? -1 : 1;
  return one < other ? -1 : 1;
}

/** Receipts have three fractional digits and Sinch's times six; the rest is written alike. */
function microseconds(instant: string): string {
  return instant.slice(0, -1).padEnd('2026-01-02T03:04:05.678901'.length, '0');
}
