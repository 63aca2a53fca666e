import { hash } from 'node:crypto';

/** Postgres refuses an index entry of more than about 2,700 bytes; some keys hold four texts. */
const maxBytes = 200;
const keptBytes = 150;
const digestDigits = 32;
/** A UTF-16 unit takes three bytes at the most, so shorter texts need no measuring. */
const surelyShort = Math.floor(maxBytes / 3);

/**
 * An id, identity, channel or status as indexes take it: a long one becomes its beginning and a
 * digest of the whole, so that two of them stay distinct. A short one, that is nearly all, is
 * returned as it is, and so is one that was bounded before.
 */
export function boundedText(text: string): string {
  if (text.length <= surelyShort || Buffer.byteLength(text) <= maxBytes) return text;
  const bytes = Buffer.from(text);
  let end = keptBytes;
  while (isContinuation(bytes[end])) end -= 1;
  const digest = hash('sha256', bytes, 'hex').slice(0, digestDigits);
  return `${bytes.toString('utf8', 0, end)}~${digest}`;
}

/** In UTF-8, a byte that does not begin a character. */
function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && byte >> 6 === 0b10;
}
