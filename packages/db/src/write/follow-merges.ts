import { contactFollowers } from './projections.ts';
import type { EventFacts } from './tables/projection-table.ts';
import { textArray } from './text-array.ts';
import type { WriteSession } from './write-session.ts';

const mergedOnes = `
SELECT sinch_contact_id AS id, merged_into_contact_id AS into FROM contact
WHERE sinch_contact_id = ANY($1::text[]) AND merged_into_contact_id IS NOT NULL`;

const mergedInto = `
SELECT sinch_contact_id AS id FROM contact WHERE merged_into_contact_id = ANY($1::text[])`;

const lockedLinks = `
SELECT sinch_contact_id AS id, merged_into_contact_id AS into FROM contact
WHERE sinch_contact_id = ANY($1::text[]) ORDER BY sinch_contact_id FOR SHARE`;

/**
 * Lets rows of merged contacts follow the contact that lives on, whichever came first, the row
 * or the merge, and however long the chain of merges is.
 *
 * Every event that names a contact locks its row (the join of `contact` does, also where nothing
 * changes). The race left is a merge further up the chain that commits while the chain is read:
 * so the chain is locked link by link, and read again until it has not grown.
 */
export async function followMerges(
  session: WriteSession,
  events: readonly EventFacts[],
): Promise<void> {
  const named = new Set(
    events.flatMap(({ facts }) => facts.contacts.map((contact) => contact.sinchContactId)),
  );
  if (named.size === 0) return;
  const { rows: merged } = await session.query<ContactLink>({ sql: mergedOnes }, [
    textArray([...named]),
  ]);
  if (merged.length === 0) return;

  const affected = await withAllMergedInto(
    session,
    merged.map(({ id }) => id),
  );
  const links = await lockChains(session, affected);
  const pairs = affected.map((id) => ({ id, root: rootOf(id, links) }));
  const values = [textArray(pairs.map(({ id }) => id)), textArray(pairs.map(({ root }) => root))];
  for (const { table, column, of } of contactFollowers) {
    const sql = `UPDATE ${table} AS t SET ${column} = p.root
      FROM unnest($1::text[], $2::text[]) AS p(id, root)
      WHERE t.${of} = p.id AND t.${column} IS DISTINCT FROM p.root`;
    await session.query({ sql }, values);
  }
}

interface ContactLink {
  readonly id: string;
  readonly into: string | null;
}

/** These contacts, and all that were merged into them before. */
async function withAllMergedInto(
  session: WriteSession,
  ids: readonly string[],
): Promise<readonly string[]> {
  const found = new Set(ids);
  for (let frontier = [...ids]; frontier.length > 0; ) {
    const { rows } = await session.query<{ id: string }>({ sql: mergedInto }, [
      textArray(frontier),
    ]);
    frontier = rows.map(({ id }) => id).filter((id) => !found.has(id));
    for (const id of frontier) found.add(id);
  }
  return [...found].sort();
}

/** Locks the contacts and everything they were merged into, and returns the links. */
async function lockChains(
  session: WriteSession,
  ids: readonly string[],
): Promise<ReadonlyMap<string, string | null>> {
  const links = new Map<string, string | null>();
  for (let frontier = [...ids]; frontier.length > 0; ) {
    const { rows } = await session.query<ContactLink>({ sql: lockedLinks }, [textArray(frontier)]);
    for (const { id, into } of rows) links.set(id, into);
    frontier = rows.flatMap(({ into }) => (into === null || links.has(into) ? [] : [into]));
  }
  return links;
}

/** The contact that lives on. A circle of merges, which makes no sense, leaves each as it is. */
function rootOf(id: string, links: ReadonlyMap<string, string | null>): string {
  const seen = new Set<string>();
  let current = id;
  for (let into = links.get(id); into; into = links.get(into)) {
    if (seen.has(into) || into === id) return id;
    seen.add(into);
    current = into;
  }
  return current;
}
