import type { IncomingMessage } from 'node:http';
import { getRawBody } from 'raw-body';
import type { BodyLimits, BodyReading } from '../webhook/handle-callback.ts';

/**
 * Reads the exact bytes of a request's body, compressed or not: the signature covers those.
 *
 * A body whose announced length is too large is refused before a byte of it is read; any other is
 * dropped at the limit. The rest stays unread, for the code that answers.
 */
export async function readRawBody(
  request: IncomingMessage,
  { maxBytes, onBytes }: BodyLimits,
): Promise<BodyReading> {
  const length = request.headers['content-length'];
  if (Number(length) > maxBytes) return { kind: 'too-large' };
  const count = (chunk: Buffer) => onBytes(chunk.length);
  request.on('data', count);
  try {
    const bytes = await getRawBody(request, { limit: maxBytes, ...(length && { length }) });
    return { kind: 'read', bytes };
  } catch (error) {
    return readingOf(error, request);
  } finally {
    request.off('data', count);
  }
}

/** @throws errors that the sender did not cause: a 4xx for those would lose the callback. */
function readingOf(error: unknown, request: IncomingMessage): BodyReading {
  const type = error instanceof Error && 'type' in error ? error.type : undefined;
  if (type === 'entity.too.large') return { kind: 'too-large' };
  if (type === 'request.aborted' || type === 'request.size.invalid' || request.destroyed) {
    return { kind: 'unreadable-body' };
  }
  throw error;
}
