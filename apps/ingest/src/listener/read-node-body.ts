import type { Exchange } from '../http/send-answer.ts';
import type { BodyLimits, BodyReading } from '../webhook/handle-callback.ts';

/** An exchange whose body is read here. */
export interface ListenerExchange extends Exchange {
  /** The sender asked whether to send the body at all, and was not told so far. */
  awaitsContinue: boolean;
  /** Lets go of the body while it is being read. */
  letGo?: () => void;
}

/**
 * Reads the exact bytes of a request's body. One that says it is too large is refused before a byte
 * of it is read, one that turns out to be is let go at the limit; the rest stays on the wire.
 *
 * Without `raw-body`, since a reading must be let go of when its body has to give way, and Node's
 * parser sees to it that a body has the length that it announced.
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
    const pieces: Buffer[] = [];
    let bytes = 0;
    const letGo = () => {
      request.off('data', take).off('end', end).off('close', breakOff);
      pieces.length = 0;
    };
    const settle = (reading: BodyReading) => {
      letGo();
      resolve(reading);
    };
    const take = (piece: Buffer) => {
      bytes += piece.length;
      onBytes(piece.length);
      if (bytes <= maxBytes) {
        pieces.push(piece);
        return;
      }
      request.pause();
      settle({ kind: 'too-large' });
    };
    // A small body comes in one piece and is not copied.
    const end = () => {
      const [first] = pieces;
      const whole = pieces.length === 1 && first ? first : Buffer.concat(pieces, bytes);
      settle({ kind: 'read', bytes: whole });
    };
    const breakOff = () => settle({ kind: 'unreadable-body' });
    request.on('data', take).on('end', end).on('close', breakOff);
    exchange.letGo = letGo;
    if (exchange.awaitsContinue) {
      exchange.awaitsContinue = false;
      response.writeContinue();
    }
  });
}
