import type { EventFacts } from './tables/projection-table.ts';
import { textArray } from './text-array.ts';
import type { WriteSession } from './write-session.ts';

/**
 * An identity is removed when a later profile of its contact lists it no more. This follows
 * from two joined columns, so it too ends the same in any order. The contacts' rows are locked
 * by then (their profiles were joined in this transaction), so no profile can slip in between.
 */
const markRemoved = `
UPDATE contact_identity AS i
SET removed = NOT i.removed
FROM contact AS c
WHERE c.sinch_contact_id = i.sinch_contact_id
  AND i.sinch_contact_id = ANY($1::text[])
  AND i.removed <> coalesce(i.listed_stamp COLLATE "C" < c.profile_stamp, false)`;

export async function markRemovedIdentities(
  session: WriteSession,
  events: readonly EventFacts[],
): Promise<void> {
  const described = events
    .flatMap(({ facts }) => facts.contacts)
    .filter((contact) => contact.profile !== undefined)
    .map((contact) => contact.sinchContactId);
  if (described.length === 0) return;
  await session.query({ sql: markRemoved }, [textArray([...new Set(described)].sort())]);
}
