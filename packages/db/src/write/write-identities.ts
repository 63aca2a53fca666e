import { isNeededByConsent } from '../privacy/empty-rows.ts';
import { redactedRow } from '../privacy/redacted-row.ts';
import { contactIdentity } from './tables/contact-tables.ts';
import { mergeRows } from './tables/merge-rows.ts';
import type { EventFacts } from './tables/projection-table.ts';
import { valuesOf } from './tables/row-values.ts';
import { type FactRow, upsertStatement } from './tables/upsert-table.ts';
import { textArray } from './text-array.ts';
import type { WriteSession } from './write-session.ts';

const upsert = upsertStatement(contactIdentity);

/** Identities that an opt-in or opt-out needs to name the number, by their places. */
const findNeeded = {
  sql: `
SELECT i.place::integer AS place
FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS i(sinch_contact_id, channel, place)
WHERE ${isNeededByConsent('i')}`,
};

/**
 * Writes the identities of contacts after all other rows, consents included. Those that an event
 * names which is redacted by age, or about emptied rows, are written only where a consent needs
 * them: what others have named stays as it is.
 * @param late events about rows that were emptied before.
 */
export async function writeIdentities(
  session: WriteSession,
  facts: readonly EventFacts[],
  late: ReadonlySet<EventFacts>,
): Promise<void> {
  const written: FactRow[] = [];
  const ifNeeded: FactRow[] = [];
  for (const event of facts) {
    const { redaction = { isAged: false, erased: undefined } } = event;
    for (const row of contactIdentity.rows(event)) {
      const left = redactedRow(contactIdentity.name, row, {
        ...redaction,
        isAged: redaction.isAged || late.has(event),
      });
      if (left === undefined) ifNeeded.push(row);
      else written.push(left);
    }
  }
  written.push(...(await neededOf(session, ifNeeded)));
  const rows = mergeRows(contactIdentity, written);
  if (rows.length > 0) await session.query(upsert, valuesOf(upsert, rows));
}

async function neededOf(session: WriteSession, rows: readonly FactRow[]): Promise<FactRow[]> {
  if (rows.length === 0) return [];
  const needed = await session.query<{ place: number }>(findNeeded, [
    textArray(rows.map((row) => row['sinch_contact_id'] ?? null)),
    textArray(rows.map((row) => row['channel'] ?? null)),
  ]);
  const places = new Set(needed.rows.map(({ place }) => place - 1));
  return rows.filter((_, place) => places.has(place));
}
