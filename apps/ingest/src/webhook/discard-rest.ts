import type { IncomingMessage } from 'node:http';

const maxBytes = 16 * 1024 * 1024;
const timeoutMs = 2_000;

/** Reads what is left of a body and keeps nothing, until it ends, breaks, or a bound is reached. */
export function discardRest(request: IncomingMessage): Promise<void> {
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
