import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Answer } from './answer.ts';

/** One request, and the answer that it waits for. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

export interface Ending {
  /** The connection takes no further request, whatever the answer says of it. */
  readonly isLast?: boolean;
  /** Stops reading a body that is not needed any more. */
  readonly letGo?: (() => void) | undefined;
}

/**
 * Answers in one write. Where the answer ends the connection while the sender may still be sending,
 * it goes out at once but ends only after the rest was thrown away: a socket closed on unread bytes
 * is reset, and the sender would see a broken connection, and try again, instead of a refusal
 * (RFC 9112, 9.6). A body that other code keeps on reading cannot be discarded, and is cut off.
 */
export function sendAnswer(
  { request, response }: Exchange,
  { status, headers, body }: Answer,
  { isLast = false, letGo }: Ending = {},
): void {
  const closes = isLast || headers['connection'] === 'close';
  response.writeHead(status, closes ? { ...headers, connection: 'close' } : headers);
  if (!closes || request.complete) {
    response.end(body);
    return;
  }
  letGo?.();
  if (request.listenerCount('data') > 0) {
    response.end(body);
    return;
  }
  response.write(body);
  void discardRest(request).then(() => response.end());
}

const maxBytes = 16 * 1024 * 1024;
const timeoutMs = 2_000;

/** Reads what is left of a body and keeps nothing, until it ends, breaks, or a bound is reached. */
function discardRest(request: IncomingMessage): Promise<void> {
  return new Promise((resolve) => {
    let bytes = 0;
    const done = () => {
      clearTimeout(timer);
      request.off('data', count).off('end', done).off('close', done);
      resolve();
    };
    const count = (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes >= maxBytes) done();
    };
    const timer = setTimeout(done, timeoutMs);
    if (request.destroyed || request.readableEnded) done();
    else request.on('data', count).on('end', done).on('close', done).resume();
  });
}
