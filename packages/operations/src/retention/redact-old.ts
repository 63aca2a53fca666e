import type { Database, Proceed } from '@sinch-callbacks/db';
import type { RetainedRows } from './retained-rows.ts';

/** Redacts what is older than `before`, in batches, and calls `onRows` after each. */
export async function redactOld(
  _database: Database,
  _before: Date,
  _proceed: Proceed,
  _onRows: (rows: RetainedRows) => void,
): Promise<void> {}

/** Counts what {@link redactOld} would redact. */
export async function countToRedact(
  _database: Database,
  _before: Date,
): Promise<readonly RetainedRows[]> {
  return [];
}
