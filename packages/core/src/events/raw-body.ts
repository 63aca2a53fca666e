/**
 * The exact bytes of a callback, as text that JSON, Redis and Postgres can all carry.
 * `utf8`: the text is the body. `base64`: the bytes are not valid UTF-8, or hold a NUL, which
 * a Postgres text column refuses.
 */
export interface RawBody {
  readonly encoding: 'utf8' | 'base64';
  readonly text: string;
}

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Encodes a body without loss: `rawBodyBytes(encodeRawBody(bytes))` equals `bytes`. */
export function encodeRawBody(bytes: Uint8Array): RawBody {
  const text = decodeUtf8(bytes);
  if (text === undefined || text.includes('\u0000')) {
    return { encoding: 'base64', text: Buffer.from(bytes).toString('base64') };
  }
  return { encoding: 'utf8', text };
}

/** Returns the bytes that Sinch signed. */
export function rawBodyBytes(rawBody: RawBody): Uint8Array {
  return Buffer.from(rawBody.text, rawBody.encoding);
}

const byteOrderMark = '\uFEFF';

/**
 * Returns the body as text, without a byte order mark. Bytes that are no UTF-8 become U+FFFD, so
 * the text is for reading and not for storing.
 */
export function rawBodyText(rawBody: RawBody): string {
  const text =
    rawBody.encoding === 'utf8' ? rawBody.text : Buffer.from(rawBody.text, 'base64').toString();
  return text.startsWith(byteOrderMark) ? text.slice(1) : text;
}

function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return strictUtf8.decode(bytes);
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}
