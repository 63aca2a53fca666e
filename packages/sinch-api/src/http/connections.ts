import { type Dispatcher, Pool } from 'undici';
import type { Exchange } from './exchange.ts';
import { readRetryAfter } from './retry-after.ts';
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

/** A longer body of an answer is not read. A page of 1,000 messages is far below it. */
export const maxAnswerBytes = 16 * 1024 * 1024;

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
        const request = { method, path: pathPrefix + path, headers, body: body ?? null };
        pool.dispatch(request, answerHandler(requestMs, settle));
      });
    },
    close() {
      closed ??= pool.close();
      return closed;
    },
  };
}

/** Creates the handler of one request. It settles once, with the first result. */
function answerHandler(
  timeoutMs: number,
  settle: (exchange: Exchange) => void,
): Dispatcher.DispatchHandler {
  const chunks: Buffer[] = [];
  let size = 0;
  let isSettled = false;
  let head: { readonly status: number; readonly retryAfterMs: number | undefined } | undefined;
  let written: Dispatcher.DispatchController | undefined;

  const end = (exchange: Exchange) => {
    if (isSettled) return;
    isSettled = true;
    clearTimeout(deadline);
    settle(exchange);
  };
  const fail = (reason: string) => {
    if (head === undefined) end({ kind: 'unanswered', isWritten: written !== undefined, reason });
    else end({ kind: 'broken', cause: 'cut', ...head });
  };
  const deadline = setTimeout(() => {
    fail('no answer in time');
    written?.abort(new Error('no answer in time'));
  }, timeoutMs);

  return {
    // Called immediately before the first byte is written, for HTTP/1.1.
    onRequestStart(controller) {
      // undici may write a request again on a new connection. That could send a message twice.
      if (isSettled || written !== undefined) {
        fail('the connection was replaced');
        controller.abort(new Error('written once at most'));
        return;
      }
      written = controller;
    },
    onResponseStart(_, status, headers) {
      // A 1xx is not the answer.
      if (status < 200) return;
      head = { status, retryAfterMs: readRetryAfter(headers['retry-after'], Date.now()) };
    },
    onResponseData(controller, chunk) {
      size += chunk.length;
      if (size <= maxAnswerBytes) {
        chunks.push(chunk);
        return;
      }
      chunks.length = 0;
      if (head !== undefined) end({ kind: 'broken', cause: 'too-long', ...head });
      controller.abort(new Error('the answer is too long'));
    },
    onResponseEnd() {
      if (head === undefined) fail('no answer');
      else end({ kind: 'answered', text: Buffer.concat(chunks).toString(), ...head });
    },
    onResponseError: (_, error: Error & { readonly code?: string }) => {
      fail(error.code ?? error.name);
    },
  };
}
