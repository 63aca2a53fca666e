import type { Dispatcher } from 'undici';
import type { AnswerHead, Exchange } from './exchange.ts';
import { readRetryAfter } from './retry-after.ts';

/** A longer body of an answer is not read. A page of 1,000 messages is far below it. */
export const maxAnswerBytes = 16 * 1024 * 1024;

/**
 * A request that has waited longer for its connection, as a share of its whole time, is not written:
 * its answer would most likely be too late, and its outcome unknown.
 */
const longestWaitShare = 0.5;

/**
 * Creates the handler of one request over HTTP/1.1. It settles once, with the first result, and lets
 * undici write the request once at the most.
 */
export function createAnswerHandler(
  timeoutMs: number,
  settle: (exchange: Exchange) => void,
): Dispatcher.DispatchHandler {
  const startBefore = performance.now() + timeoutMs * longestWaitShare;
  const chunks: Buffer[] = [];
  let size = 0;
  let isSettled = false;
  let head: AnswerHead | undefined;
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
    // Called immediately before the first byte is written.
    onRequestStart(controller) {
      // undici may write a request again on a new connection. That could send a message twice.
      if (isSettled || written !== undefined) {
        fail('the connection was replaced');
        controller.abort(new Error('written once at most'));
        return;
      }
      if (performance.now() > startBefore) {
        fail('no connection in time');
        controller.abort(new Error('no connection in time'));
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
