import type { IncomingMessage } from 'node:http';
import { getRawBody } from 'raw-body';
import type { BodyLimits, BodyReading } from '../webhook/handle-callback.ts';

/**
 * Reads the exact bytes of a request's body, compressed or not: the signature covers what was sent.
 *
 * A body that says it is too large is refused before a byte of it is read, one that turns out to
 * be is let go at the limit. The rest stays on the wire for the answering code.
 */
export async function readRawBody(
  request: IncomingMessage,
  { maxBytes, onBytes }: BodyLimits,
): Promise<BodyReading> {
  const length = request.headers['content-length'];
  if (Number(length) > maxBytes) return { kind: 'too-large' };
  const count = (piece: Buffer) => onBytes(piece.length);
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

/** @throws what is no fault of the sender's: to refuse that with a 4xx would lose the callback. */
function readingOf(error: unknown, request: IncomingMessage): BodyReading {
  const fault = error instanceof Error && 'type' in error ? error.type : undefined;
  if (fault === 'entity.too.large') return { kind: 'too-large' };
  if (fault === 'request.aborted' || fault === 'request.size.invalid' || request.destroyed) {
    return { kind: 'unreadable-body' };
  }
  throw error;
}
