import { type CallbackEvent, digestOfEventKey } from '@sinch-callbacks/core';

const digestDigits = 32;
const wholeDigest = /^[0-9a-f]{32}$/;

/**
 * What an event is recognised by, as 32 hexadecimal digits: the key's last part. Keys that were
 * queued while they ended in 64 digits begin with the same ones.
 */
export function digestOfEvent({ key }: Pick<CallbackEvent, 'key'>): string {
  return digestOfEventKey(key).slice(0, digestDigits);
}

/** The digest of a key that a person or a file gives; `undefined` where it ends in none. */
export function findDigest(eventKey: string): string | undefined {
  const digest = digestOfEvent({ key: eventKey });
  return wholeDigest.test(digest) ? digest : undefined;
}

/** As Prisma takes a `bytea`. */
export function digestBytes(digest: string): Uint8Array<ArrayBuffer> {
  return Buffer.from(digest, 'hex');
}

export function digestText(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

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
export function cursorOf({ after }: Page): string | null {
  if (after === undefined) return null;
  const digest = findDigest(after);
  if (digest === undefined) throw new RangeError(`${after} is no event key`);
  return digest;
}
