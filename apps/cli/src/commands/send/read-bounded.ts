import type { Readable } from 'node:stream';
import { UsageError } from '../../failure.ts';

/** Twice what ingest can be set to take. */
const maxBytes = 128 * 1024 * 1024;

/**
 * Reads a stream to its end.
 * @throws UsageError when it holds more than any receiver takes.
 */
export async function readBounded(stream: Readable): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of stream) {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : (chunk as Uint8Array);
    length += bytes.length;
    if (length > maxBytes) throw new UsageError(`a body has at most ${maxBytes} bytes`);
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}
