/** Each round begins with another one, so that none always comes after the same. */
export function turned<T>(items: readonly T[], by: number): readonly T[] {
  const at = by % items.length;
  return [...items.slice(at), ...items.slice(0, at)];
}

/** @throws when one of `only` is not among them. */
export function chosen<T extends { readonly name: string }>(
  items: readonly T[],
  only: readonly string[] | undefined,
): readonly T[] {
  if (only === undefined) return items;
  const unknown = only.find((name) => !items.some((item) => item.name === name));
  if (unknown === undefined) return items.filter(({ name }) => only.includes(name));
  const names = items.map(({ name }) => name).join(', ');
  throw new Error(`There is no contender "${unknown}"; there are ${names}.`);
}
