const headerBytes = 20;
const lengthBytes = 4;
/** Ids of types in pg_type. */
const oids = { text: 25, bytea: 17 } as const;
const nullLength = -1;

/**
 * Encodes texts as a `text[]` in Postgres' binary form: dimensions, a flag for nulls, the type, the
 * size and lower bound of the one dimension, then each element after its length. Bodies are full of
 * quotes, which the text form escapes one by one here and unescapes one by one there.
 *
 * See array_recv:
 * https://github.com/postgres/postgres/blob/REL_18_STABLE/src/backend/utils/adt/arrayfuncs.c
 */
export function textArray(values: readonly (string | null)[]): Buffer {
  return binaryArray(values, 'text', 'utf8');
}

/** Encodes bytes, given as hexadecimal digits, as a `bytea[]` in the same form. */
export function byteaArray(hexadecimals: readonly (string | null)[]): Buffer {
  return binaryArray(hexadecimals, 'bytea', 'hex');
}

function binaryArray(
  values: readonly (string | null)[],
  type: keyof typeof oids,
  encoding: 'utf8' | 'hex',
): Buffer {
  let size = headerBytes + values.length * lengthBytes;
  for (const value of values) if (value !== null) size += Buffer.byteLength(value, encoding);
  const buffer = Buffer.allocUnsafe(size);
  buffer.writeInt32BE(1, 0);
  buffer.writeInt32BE(1, 4);
  buffer.writeInt32BE(oids[type], 8);
  buffer.writeInt32BE(values.length, 12);
  buffer.writeInt32BE(1, 16);
  let offset = headerBytes;
  for (const value of values) {
    const start = offset + lengthBytes;
    const length = value === null ? nullLength : buffer.write(value, start, encoding);
    buffer.writeInt32BE(length, offset);
    offset = start + Math.max(length, 0);
  }
  return buffer;
}
