import type { Exchange } from '../http/send-answer.ts';
import type { BodyLimits, BodyReading } from '../webhook/handle-callback.ts';

/** An exchange whose body `readNodeBody` reads. */
export interface ListenerExchange extends Exchange {
  /** The sender waits for `100 Continue` before it sends the body. */
  awaitsContinue: boolean;
  /** Stops the reading of the body, and frees it. */
  stopReading?: () => void;
}

/**
 * Reads the exact bytes of a request's body. A body whose announced length is too large is refused
 * before a byte of it is read; any other is dropped at the limit. The rest stays unread.
 *
 * It does without `raw-body`, since a reading must stop when its body is evicted from the budget.
 * Node's parser ensures that a body has the length that it announced.
 */
export function readNodeBody(
  exchange: ListenerExchange,
  { maxBytes, onBytes }: BodyLimits,
): Promise<BodyReading> {
  const { request, response } = exchange;
  if (Number(request.headers['content-length']) > maxBytes) {
    return Promise.resolve({ kind: 'too-large' });
  }
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const stopReading = () => {
      request.off('data', take).off('end', end).off('close', breakOff);
      chunks.length = 0;
    };
    const settle = (reading: BodyReading) => {
      stopReading();
      resolve(reading);
    };
    const take = (chunk: Buffer) => {
      bytes += chunk.length;
      onBytes(chunk.length);
      if (bytes <= maxBytes) {
        chunks.push(chunk);
        return;
      }
      request.pause();
      settle({ kind: 'too-large' });
    };
    // A small body comes in one chunk and is not copied.
    const end = () => {
      const [first] = chunks;
      const whole = chunks.length === 1 && first ? first : Buffer.concat(chunks, bytes);
      settle({ kind: 'read', bytes: whole });
    };
    const breakOff = () => settle({ kind: 'unreadable-body' });
    request.on('data', take).on('end', end).on('close', breakOff);
    exchange.stopReading = stopReading;
    if (exchange.awaitsContinue) {
      exchange.awaitsContinue = false;
      response.writeContinue();
    }
  });
}
