import { findDigest } from '../event-digest.ts';

/** Pages go by digest, so that they stay right while events come and go. */
export interface Page {
  readonly limit: number;
  /** Continue after this event key, the last one of the page before. */
  readonly after?: string | undefined;
}

/**
 * The digest to continue after, in hexadecimal digits, and null for the first page.
 * @throws RangeError when `after` is no event key.
 */
export function digestBefore({ after }: Page): string | null {
  if (after === undefined) return null;
  const digest = findDigest(after);
  if (digest === undefined) throw new RangeError(`${after} is no event key`);
  return digest;
}
