/** A merge of two contacts, as Sinch reported it. */
export interface ContactLink {
  readonly deleted: string;
  readonly preserved: string;
}

/**
 * The contact that lives on, for each contact in these merges: of those that merges connect, the
 * one that was merged into no other; of several the least, by bytes; in a circle the least of all.
 * Pure.
 */
export function rootsOf(links: readonly ContactLink[]): ReadonlyMap<string, string> {
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
