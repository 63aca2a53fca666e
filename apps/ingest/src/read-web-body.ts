import { getRawBodyWeb } from 'raw-body';
import type { BodyLimits, BodyReading } from './handle-callback.ts';

/** The body of a web Request. */
export type WebBody = ReadableStream<Uint8Array> | null;

/**
 * Reads the exact bytes of a request's body, compressed or not: the signature covers what was sent.
 *
 * A body that says it is too large is refused before a byte of it is read, one that turns out to
 * be is let go at the limit. The rest stays on the wire for whoever answers.
 */
export async function readWebBody(
  { headers, body }: { readonly headers: Headers; readonly body: WebBody },
  { maxBytes, timeoutMs }: BodyLimits,
): Promise<BodyReading> {
  if (body === null) return { kind: 'read', bytes: new Uint8Array() };
  const late = Promise.withResolvers<BodyReading>();
  const timer = setTimeout(() => late.resolve({ kind: 'unreadable-body' }), timeoutMs);
  try {
    const reading = getRawBodyWeb(body, { limit: maxBytes, length: headers.get('content-length') });
    return await Promise.race([
      reading.then((bytes) => ({ kind: 'read' as const, bytes })),
      late.promise,
    ]);
  } catch (error) {
    return readingOf(error);
  } finally {
    clearTimeout(timer);
  }
}

/** @throws what is no fault of the sender's: to refuse that with a 4xx would lose the callback. */
function readingOf(error: unknown): BodyReading {
  const fault = error instanceof Error && 'type' in error ? error.type : undefined;
  if (fault === 'entity.too.large') return { kind: 'too-large' };
  if (fault === 'request.aborted' || fault === 'request.size.invalid') {
    return { kind: 'unreadable-body' };
  }
  throw error;
}
