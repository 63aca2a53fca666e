import type { EventFacts } from './tables/projection-table.ts';
import { textArray } from './text-array.ts';
import type { WriteSession } from './write-session.ts';

/** A merge of two contacts, as Sinch reported it. */
export interface ContactLink {
  readonly deleted: string;
  readonly preserved: string;
}

/**
 * Computes the root of each contact in these merges. Among connected contacts it is the one that
 * was merged into no other; of several the least, by bytes; in a circle the least of all. Pure.
 */
function rootsOf(links: readonly ContactLink[]): ReadonlyMap<string, string> {
  const neighbours = new Map<string, string[]>();
  const merged = new Set<string>();
  for (const { deleted, preserved } of links) {
    merged.add(deleted);
    addNeighbour(deleted, preserved);
    addNeighbour(preserved, deleted);
  }
  const roots = new Map<string, string>();
  for (const id of neighbours.keys()) {
    if (roots.has(id)) continue;
    const connected = connectedWith(id, neighbours);
    const living = connected.filter((member) => !merged.has(member));
    const root = least(living.length > 0 ? living : connected);
    for (const member of connected) roots.set(member, root);
  }
  return roots;

  function addNeighbour(one: string, other: string): void {
    const known = neighbours.get(one);
    if (known === undefined) neighbours.set(one, [other]);
    else known.push(other);
  }
}

function connectedWith(id: string, neighbours: ReadonlyMap<string, readonly string[]>): string[] {
  const found = new Set([id]);
  // Iterating a set includes members that are added meanwhile.
  for (const member of found) {
    for (const neighbour of neighbours.get(member) ?? []) found.add(neighbour);
  }
  return [...found];
}

function least(ids: readonly string[]): string {
  return ids.reduce((one, other) =>
    Buffer.compare(Buffer.from(other), Buffer.from(one)) < 0 ? other : one,
  );
}

/** Two arbitrary constants that every writer uses. */
const lockMerges = 'SELECT pg_advisory_xact_lock(727411900, 1)';

/** All merges among the contacts that are connected with these. */
const connectedMerges = `
WITH RECURSIVE member(id) AS (
  SELECT id COLLATE "C" FROM unnest($1::text[]) AS named(id)
  UNION
  SELECT neighbour.id FROM member
  CROSS JOIN LATERAL (
    SELECT m.preserved_contact_id FROM contact_merge AS m WHERE m.deleted_contact_id = member.id
    UNION ALL
    SELECT m.deleted_contact_id FROM contact_merge AS m WHERE m.preserved_contact_id = member.id
  ) AS neighbour(id)
)
SELECT m.deleted_contact_id AS deleted, m.preserved_contact_id AS preserved
FROM member JOIN contact_merge AS m ON m.deleted_contact_id = member.id`;

const upsertRoots = `
INSERT INTO contact_root AS t (contact_id, root_id, created_at, updated_at)
SELECT f.id, f.root, min(own.created_at), max(own.updated_at)
FROM unnest($1::text[], $2::text[]) AS f(id, root)
CROSS JOIN LATERAL (
  SELECT m.created_at, m.updated_at FROM contact_merge AS m WHERE m.deleted_contact_id = f.id
  UNION ALL
  SELECT m.created_at, m.updated_at FROM contact_merge AS m WHERE m.preserved_contact_id = f.id
) AS own
GROUP BY f.id, f.root
ORDER BY f.id COLLATE "C"
ON CONFLICT (contact_id) DO UPDATE SET root_id = excluded.root_id,
  created_at = excluded.created_at, updated_at = excluded.updated_at
WHERE (t.root_id, t.created_at, t.updated_at)
  IS DISTINCT FROM (excluded.root_id, excluded.created_at, excluded.updated_at)`;

/**
 * Serialises batches with merges, from before their first row to their commit: each then sees all
 * merges before it, so roots do not depend on the order. The lock is taken first, and only here, so
 * it cannot be part of a deadlock.
 */
export async function lockContactRoots(session: WriteSession): Promise<void> {
  await session.query({ sql: lockMerges }, []);
}

/**
 * Computes the roots of the contacts that these merges connect. No other row depends on a root.
 */
export async function writeContactRoots(
  session: WriteSession,
  events: readonly EventFacts[],
): Promise<void> {
  const merges = events.flatMap(({ facts }) => facts.contactMerges);
  if (merges.length === 0) return;
  const named = merges.flatMap((merge) => [merge.deletedContactId, merge.preservedContactId]);
  const { rows: links } = await session.query<ContactLink>({ sql: connectedMerges }, [
    textArray([...new Set(named)]),
  ]);
  const roots = [...rootsOf(links)];
  await session.query({ sql: upsertRoots }, [
    textArray(roots.map(([id]) => id)),
    textArray(roots.map(([, root]) => root)),
  ]);
}
