const headerBytes = 20;
const lengthBytes = 4;
/** `text` in pg_type. */
const textOid = 25;
const nullLength = -1;

/**
 * Texts as a `text[]` in Postgres' binary form: dimensions, whether it holds nulls, the type, the
 * size and lower bound of the one dimension, then each element behind its length. Bodies are full
 * of quotes, which the text form escapes one by one here and takes apart one by one there.
 * (https://github.com/postgres/postgres/blob/REL_18_STABLE/src/backend/utils/adt/arrayfuncs.c, array_recv)
 */
export function textArray(values: readonly (string | null)[]): Buffer {
  let size = headerBytes + values.length * lengthBytes;
  for (const value of values) if (value !== null) size += Buffer.byteLength(value);
  const buffer = Buffer.allocUnsafe(size);
  buffer.writeInt32BE(1, 0);
  buffer.writeInt32BE(1, 4);
  buffer.writeInt32BE(textOid, 8);
  buffer.writeInt32BE(values.length, 12);
  buffer.writeInt32BE(1, 16);
  let offset = headerBytes;
  for (const value of values) {
    const start = offset + lengthBytes;
    const length = value === null ? nullLength : buffer.write(value, start);
    buffer.writeInt32BE(length, offset);
    offset = start + Math.max(length, 0);
  }
  return buffer;
}
