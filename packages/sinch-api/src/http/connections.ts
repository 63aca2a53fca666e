import { Pool } from 'undici';
import { createAnswerHandler } from './answer-handler.ts';
import type { Exchange } from './exchange.ts';
import type { BaseUrl } from './secure-url.ts';
import type { SinchApiTimings } from './timings.ts';

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** With its query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
}

/** Connections to one server. Each carries one request at a time. */
export interface Connections {
  /** Makes a request once. Never throws, follows no redirect and retries nothing. */
  exchange(request: HttpRequest): Promise<Exchange>;
  /** Lets requests in progress finish. Later ones are `unanswered` and not written. */
  close(): Promise<void>;
}

/** Nothing is decompressed: the bound of an answer's body is that of what it becomes. */
const plainAnswer = { 'accept-encoding': 'identity' };

/** Opens connections, each when it is first needed. */
export function openConnections(
  { origin, pathPrefix }: BaseUrl,
  connections: number,
  { connectMs, requestMs }: SinchApiTimings,
): Connections {
  const pool = new Pool(origin, {
    connections,
    connect: { timeout: connectMs },
    // With HTTP/2 a request that was written may be moved to another connection.
    allowH2: false,
    // The deadline of the whole request replaces both.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  let closed: Promise<void> | undefined;
  return {
    async exchange({ method, path, headers, body }) {
      return await new Promise<Exchange>((settle) => {
        const request = {
          method,
          path: pathPrefix + path,
          headers: { ...headers, ...plainAnswer },
          body: body ?? null,
        };
        pool.dispatch(request, createAnswerHandler(requestMs, settle));
      });
    },
    close() {
      closed ??= pool.close();
      return closed;
    },
  };
}
