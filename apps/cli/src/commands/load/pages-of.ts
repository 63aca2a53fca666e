/** Pieces of a list, each of `size` items but the last. */
export function* pagesOf<T>(items: readonly T[], size: number): Generator<readonly T[], void> {
  for (let from = 0; from < items.length; from += size) yield items.slice(from, from + size);
}
