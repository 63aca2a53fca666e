import { hash } from 'node:crypto';

/** Postgres refuses an index entry of more than about 2,700 bytes; some keys hold four texts. */
const maxBytes = 200;
const keptBytes = 150;
const digestDigits = 32;
/** A UTF-16 unit takes three bytes at the most, so shorter texts need no measuring. */
const surelyShort = Math.floor(maxBytes / 3);

/**
 * Bounds an id, identity, channel or status so that an index accepts it. A long text becomes its
 * beginning and a digest of the whole, so that two of them stay distinct. A short one, which nearly
 * all are, is returned unchanged, and so is one that was bounded before.
 */
export function boundedText(text: string): string {
  if (text.length <= surelyShort || Buffer.byteLength(text) <= maxBytes) return text;
  const bytes = Buffer.from(text);
  let end = keptBytes;
  while (isContinuation(bytes[end])) end -= 1;
  const digest = hash('sha256', bytes, 'hex').slice(0, digestDigits);
  return `${bytes.toString('utf8', 0, end)}~${digest}`;
}

/** Checks for a byte that does not begin a character in UTF-8. */
function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && byte >> 6 === 0b10;
}
