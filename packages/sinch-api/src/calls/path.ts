/** The values of a query. An absent one is left out. */
export type Query = Readonly<Record<string, string | number | boolean | Date | undefined>>;

/**
 * Builds a path from its parts, each of which is encoded.
 * @throws TypeError for an empty part, or one that leads to another path: an empty id would make a
 * list of a single thing.
 */
export function pathOf(parts: readonly string[], query: Query = {}): string {
  const wrong = parts.some((part) => ['', '.', '..'].includes(part.trim()));
  if (wrong) throw new TypeError('an id in the path of a request must not be empty, "." or ".."');
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined) continue;
    search.set(name, value instanceof Date ? value.toISOString() : String(value));
  }
  return `/${parts.map(encodePart).join('/')}${search.size === 0 ? '' : `?${search.toString()}`}`;
}

/** Leaves the colon of `messages:send` as it is. */
function encodePart(part: string): string {
  return encodeURIComponent(part).replaceAll('%3A', ':');
}
