import { findDigest } from '../event-digest.ts';

/** A page, by digest, so that pages stay right while events are added and removed. */
export interface Page {
  readonly limit: number;
  /** The event key to continue after: the last one of the page before. */
  readonly after?: string | undefined;
}

/**
 * Returns the digest to continue after, in hexadecimal digits, and null for the first page.
 * @throws RangeError when `after` is no event key.
 */
export function cursorOf({ after }: Page): string | null {
  if (after === undefined) return null;
  const digest = findDigest(after);
  if (digest === undefined) throw new RangeError(`${after} is no event key`);
  return digest;
}
