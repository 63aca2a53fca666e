import { createHmac, hash } from 'node:crypto';

const blockBytes = 64;
const digestBytes = 32;
/** Longer messages are hashed in place: from here on a copy costs more than it saves. */
const maxCopiedBytes = 16 * 1024;
/** More secrets than a rotation ever has. */
const maxKeys = 100;

interface Key {
  /** The beginning of the inner hash's input, with room for a message behind it. */
  readonly inner: Buffer;
  /** The beginning of the outer hash's input, with room for the inner digest behind it. */
  readonly outer: Buffer;
}

const keys = new Map<string, Key>();

/**
 * Computes HMAC-SHA256 (RFC 2104) over the message and then the tail, 32 bytes. The secret's UTF-8
 * bytes are the key.
 *
 * It is written out as its two hashes because Node hashes one contiguous buffer in a single call.
 * `createHmac` makes an object each time, which was a sixth of the cost of a callback in a busy
 * listener.
 */
export function hmacSha256(secret: string, message: Uint8Array | string, tail: string): Buffer {
  const bytes = typeof message === 'string' ? Buffer.from(message) : message;
  const end = Buffer.from(tail);
  if (bytes.length + end.length > maxCopiedBytes) {
    return createHmac('sha256', secret).update(bytes).update(end).digest();
  }
  const { inner, outer } = keyOf(secret);
  inner.set(bytes, blockBytes);
  inner.set(end, blockBytes + bytes.length);
  const length = blockBytes + bytes.length + end.length;
  outer.set(hash('sha256', inner.subarray(0, length), 'buffer'), blockBytes);
  return hash('sha256', outer, 'buffer');
}

function keyOf(secret: string): Key {
  const known = keys.get(secret);
  if (known !== undefined) return known;
  if (keys.size >= maxKeys) keys.clear();
  const made = makeKey(secret);
  keys.set(secret, made);
  return made;
}

function makeKey(secret: string): Key {
  const given = Buffer.from(secret);
  const key = given.length > blockBytes ? hash('sha256', given, 'buffer') : given;
  const inner = Buffer.alloc(blockBytes + maxCopiedBytes);
  const outer = Buffer.alloc(blockBytes + digestBytes);
  for (let n = 0; n < blockBytes; n += 1) {
    inner[n] = (key[n] ?? 0) ^ 0x36;
    outer[n] = (key[n] ?? 0) ^ 0x5c;
  }
  return { inner, outer };
}
