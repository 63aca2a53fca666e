import type { FactRow } from '../write/tables/upsert-table.ts';
import { personalColumns } from './personal-columns.ts';

/** Stamps of descriptions: without one, the description of a later event stays as it is. */
const descriptions: Readonly<Record<string, string>> = {
  contact: 'profile_stamp',
  conversation: 'details_stamp',
};

/**
 * Returns the row of an event that is written redacted, or undefined where nothing of it would be
 * left. Identities of contacts are left in, and removed once they are written: a consent may need
 * them. What proves a consent is left in too.
 */
export function redactedRow(table: string, row: FactRow): FactRow | undefined {
  if (table === 'contact_identity') return row;
  const columns = Object.entries(personalColumns[table] ?? {});
  if (columns.some(([, { redaction }]) => redaction.kind === 'deleted')) return undefined;
  const empty = columns.flatMap(([name, { redaction }]) =>
    redaction.kind === 'emptied' && name in row ? [[name, null] as const] : [],
  );
  const stamp = descriptions[table];
  return { ...row, ...Object.fromEntries(empty), ...(stamp ? { [stamp]: null } : {}) };
}
