import { redactedRow } from '../../privacy/redacted-row.ts';
import { byteaArray, textArray } from '../text-array.ts';
import type { EventFacts, ProjectionTable } from './projection-table.ts';
import type { FactRow, UpsertStatement } from './upsert-table.ts';

/** Makes the rows of an event's facts: redacted ones where it is written so. */
export function rowsOf(table: ProjectionTable, event: EventFacts): readonly FactRow[] {
  const rows = table.rows(event);
  const { redaction } = event;
  if (redaction === undefined) return rows;
  return rows.map((row) => redactedRow(table.name, row, redaction)).filter(isLeft);
}

function isLeft(row: FactRow | undefined): row is FactRow {
  return row !== undefined;
}

/** Makes the values of the statement that upserts the rows. */
export function valuesOf({ columns }: UpsertStatement, rows: readonly FactRow[]): Buffer[] {
  return columns.map(({ name, type }) => {
    const values = rows.map((row) => row[name] ?? null);
    return type === 'bytea' ? byteaArray(values) : textArray(values);
  });
}
