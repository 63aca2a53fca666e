import { type Column, type FactRow, stampColumn, type UpsertTable } from './upsert-table.ts';

type Row = Record<string, string | null>;

/**
 * Merges rows of facts that are about the same row, so that a batch sends and writes each row of
 * the table once. It merges as the upsert does with stored rows, so the division into batches has
 * no effect.
 * @returns rows with distinct keys.
 */
export function mergeRows(table: UpsertTable, rows: readonly FactRow[]): readonly FactRow[] {
  const merged = new Map<string, FactRow>();
  const copies = new Map<string, Row>();
  for (const row of rows) {
    const key = keyOf(table, row);
    const first = merged.get(key);
    if (first === undefined) {
      merged.set(key, row);
      continue;
    }
    // A copy is made only where there is something to merge, which is rare.
    const known = copies.get(key) ?? { ...first };
    merge(table, known, row);
    copies.set(key, known);
    merged.set(key, known);
  }
  return [...merged.values()];
}

/**
 * Names a row of the table. Keys hold no NUL, which Postgres refuses. An absent value differs from
 * ''.
 */
export function keyOf({ key }: Pick<UpsertTable, 'key'>, row: FactRow): string {
  const [first] = key;
  if (key.length === 1 && first !== undefined) return row[first.name] ?? '';
  return key.map(({ name }) => (row[name] === null ? '-' : `=${row[name]}`)).join('\u0000');
}

function merge(table: UpsertTable, known: Row, row: FactRow): void {
  const { greatest, least, groups, first, difference } = table;
  // Before the group replaces its column.
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

  /**
   * Decides whether the new value replaces the old one. An absent value never replaces a present
   * one.
   */
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
 * Compares texts as Postgres does, byte by byte. Hexadecimal digits, true and false, and the names
 * of the one enum sort as their texts do.
 */
function compare({ type }: Column, one: string, other: string): number {
  if (type === 'text') return Buffer.compare(Buffer.from(one), Buffer.from(other));
  if (type === 'smallint') return Number(one) - Number(other);
  if (type === 'timestamptz') return microseconds(one) < microseconds(other) ? -1 : 1;
  return one < other ? -1 : 1;
}

/** Pads an instant: receipts have three fractional digits and Sinch's times six. */
function microseconds(instant: string): string {
  return instant.slice(0, -1).padEnd('2026-01-02T03:04:05.678901'.length, '0');
}
