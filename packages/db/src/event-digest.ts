import { type CallbackEvent, digestOfEventKey } from '@sinch-callbacks/core';

const digestDigits = 32;
const wholeDigest = /^[0-9a-f]{32}$/;

/**
 * Returns the digest that identifies an event, as 32 hexadecimal digits: the key's last part. Older
 * queued keys end in 64 digits, which begin with the same ones.
 */
export function digestOfEvent({ key }: Pick<CallbackEvent, 'key'>): string {
  return digestOfEventKey(key).slice(0, digestDigits);
}

/** Reads the digest of a key from a person or a file; `undefined` where the key ends in none. */
export function findDigest(eventKey: string): string | undefined {
  const digest = digestOfEvent({ key: eventKey });
  return wholeDigest.test(digest) ? digest : undefined;
}

/** Converts a digest to the bytes that Prisma takes for a `bytea`. */
export function digestBytes(digest: string): Uint8Array<ArrayBuffer> {
  return Buffer.from(digest, 'hex');
}

export function digestText(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
