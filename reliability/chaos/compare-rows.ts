/** A table's rows: keys, and what stands for the rest of each row. */
export type Rows = ReadonlyMap<string, string>;

export interface RowDifference {
  readonly table: string;
  readonly key: string;
  /** `missing` and `extra`: in the run with faults. */
  readonly kind: 'missing' | 'extra' | 'differs';
}

/** What the run with faults has otherwise than the one without. Pure. */
export function compareRows(table: string, withFaults: Rows, without: Rows): RowDifference[] {
  const differences: RowDifference[] = [];
  for (const [key, content] of without) {
    const found = withFaults.get(key);
    if (found === undefined) differences.push({ table, key, kind: 'missing' });
    else if (found !== content) differences.push({ table, key, kind: 'differs' });
  }
  for (const key of withFaults.keys()) {
    if (!without.has(key)) differences.push({ table, key, kind: 'extra' });
  }
  return differences;
}
