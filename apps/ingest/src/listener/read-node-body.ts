import { getRawBody } from 'raw-body';
import type { BodyLimits, BodyReading } from '../handle-callback.ts';
import type { Exchange } from './send-answer.ts';

export async function readNodeBody(
  exchange: Exchange,
  { maxBytes, onBytes }: BodyLimits,
): Promise<BodyReading> {
  const { request, response } = exchange;
  try {
    const length = request.headers['content-length'] ?? null;
    const reading = getRawBody(request, { limit: maxBytes, length });
    request.on('data', (chunk: Buffer) => onBytes(chunk.length));
    if (exchange.awaitsContinue && !(Number(length) > maxBytes)) {
      exchange.awaitsContinue = false;
      response.writeContinue();
    }
    return { kind: 'read', bytes: await reading };
  } catch (error) {
    const fault = error instanceof Error && 'type' in error ? error.type : undefined;
    if (fault === 'entity.too.large') return { kind: 'too-large' };
    if (fault === 'request.aborted' || fault === 'request.size.invalid') {
      return { kind: 'unreadable-body' };
    }
    throw error;
  }
}
