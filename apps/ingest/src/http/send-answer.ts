import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Answer } from './answer.ts';

/** One request and its response. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

export interface Ending {
  /** Ends the connection, even if the answer's headers do not. */
  readonly isLast?: boolean;
  /** Stops a reader whose body is not needed any more. */
  readonly stopReading?: (() => void) | undefined;
}

/**
 * Sends the answer in one write. If it ends the connection while the sender may still be sending,
 * it is sent at once, but the connection ends only after the rest of the body was drained. A socket
 * closed on unread bytes is reset: the sender would see a broken connection instead of a refusal,
 * and try again (RFC 9112, 9.6). A body that other code still reads cannot be drained, and is cut
 * off.
 */
export function sendAnswer(
  { request, response }: Exchange,
  { status, headers, body }: Answer,
  { isLast = false, stopReading }: Ending = {},
): void {
  const closes = isLast || headers['connection'] === 'close';
  response.writeHead(status, closes ? { ...headers, connection: 'close' } : headers);
  if (!closes || request.complete) {
    response.end(body);
    return;
  }
  stopReading?.();
  if (request.listenerCount('data') > 0) {
    response.end(body);
    return;
  }
  response.write(body);
  void drainRequest(request).then(() => response.end());
}

const maxDrainedBytes = 16 * 1024 * 1024;
const drainTimeoutMs = 2_000;

/** Reads and drops the rest of a body, until it ends, breaks off, or a bound is reached. */
function drainRequest(request: IncomingMessage): Promise<void> {
  return new Promise((resolve) => {
    let bytes = 0;
    const done = () => {
      clearTimeout(timer);
      request.off('data', count).off('end', done).off('close', done);
      resolve();
    };
    const count = (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes >= maxDrainedBytes) done();
    };
    const timer = setTimeout(done, drainTimeoutMs);
    if (request.destroyed || request.readableEnded) done();
    else request.on('data', count).on('end', done).on('close', done).resume();
  });
}
