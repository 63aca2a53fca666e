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
  { maxBytes, onBytes }: BodyLimits,
): Promise<BodyReading> {
  if (body === null) return { kind: 'read', bytes: new Uint8Array() };
  try {
    const length = headers.get('content-length');
    const bytes = await getRawBodyWeb(counted(body, onBytes), { limit: maxBytes, length });
    return { kind: 'read', bytes };
  } catch (error) {
    return readingOf(error);
  }
}

/** The same stream, for a reader that takes chunk after chunk: a TransformStream costs far more. */
function counted(body: ReadableStream<Uint8Array>, onBytes: (bytes: number) => void) {
  const getReader = () => {
    const reader = body.getReader();
    return {
      async read() {
        const result = await reader.read();
        if (result.value !== undefined) onBytes(result.value.byteLength);
        return result;
      },
      releaseLock: () => reader.releaseLock(),
    };
  };
  return { locked: body.locked, getReader } as ReadableStream<Uint8Array>;
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
