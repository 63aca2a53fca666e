import type { ErasedPart } from '../erase/erased-part.ts';
import type { FactRow } from '../write/tables/upsert-table.ts';
import { type PersonalColumn, personalColumns } from './personal-columns.ts';

/** The reasons for which an event is written redacted: one of them, or both. */
export interface RowRedaction {
  /** True where it happened before the last redaction by age. */
  readonly isAged: boolean;
  /** The part that a person who was erased has in it. */
  readonly erased: ErasedPart | undefined;
}

/** Stamps of descriptions: without one, the description of a later event stays as it is. */
const descriptions: Readonly<Record<string, string>> = {
  contact: 'profile_stamp',
  conversation: 'details_stamp',
};

/** Tables that keep an identity of an erased person, under the keyed spelling. */
const spelt: ReadonlySet<string> = new Set(['consent_event', 'contact_identity']);

/**
 * Returns the row of an event that is written redacted, or undefined where nothing of it would be
 * left. By age, and where the row is that of an erased person, it loses every personal column; where
 * it is someone else's and names the person, the columns that do. Consents stay as the proof, and
 * with them the identities that a later one may be about: those of erased people under the keyed
 * spelling.
 */
export function redactedRow(
  table: string,
  row: FactRow,
  redaction: RowRedaction,
): FactRow | undefined {
  const { isAged, erased } = redaction;
  const isOwn = erased?.owns(row) === true;
  const columns = Object.entries(personalColumns[table] ?? {});
  const isNamed = (name: string, { holds }: Pick<PersonalColumn, 'holds'>) => {
    const value = row[name];
    return typeof value === 'string' && erased?.names(value, holds) === true;
  };
  const isWhole = isAged || isOwn;
  const isAtErased =
    isOwn || ['identity', 'channel_identity'].some((name) => isNamed(name, { holds: 'identity' }));
  if (isAtErased && spelt.has(table)) return keyed(row, erased);
  if (table === 'consent_event') return row;
  if (columns.some(([, column]) => column.redaction.kind === 'deleted')) {
    return isWhole || isAtErased ? undefined : row;
  }
  const empty = columns.flatMap(([name, column]) =>
    column.redaction.kind === 'emptied' && name in row && (isWhole || isNamed(name, column))
      ? [[name, null] as const]
      : [],
  );
  const stamp = isWhole ? descriptions[table] : undefined;
  return { ...row, ...Object.fromEntries(empty), ...(stamp ? { [stamp]: null } : {}) };
}

function keyed(row: FactRow, erased: ErasedPart | undefined): FactRow {
  const identity = row['identity'] ?? null;
  return {
    ...row,
    identity: identity === null ? null : (erased?.spell(identity) ?? identity),
    channel_identity: null,
  };
}
