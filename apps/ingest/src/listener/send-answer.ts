import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Answer } from '../answer.ts';
import { discardRest } from './discard-rest.ts';

/** One request, and the answer that it waits for. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** The sender asked whether to send the body at all, and was not told so far. */
  awaitsContinue: boolean;
  /** Of the server that they belong to. */
  readonly server: { readonly isStopping: boolean };
}

/**
 * Answers in one write. Where the answer ends the connection while the sender may still be sending,
 * it goes out at once but ends only after the rest was thrown away: a socket closed on unread bytes
 * is reset, and the sender would see a broken connection, and try again, instead of a refusal
 * (RFC 9112, 9.6).
 */
export function sendAnswer(
  { request, response, awaitsContinue, server }: Exchange,
  { status, headers, body }: Answer,
): void {
  // Whoever was never told to send the body may or may not send it: what follows is no request.
  const closes = server.isStopping || awaitsContinue || headers['connection'] === 'close';
  response.writeHead(status, {
    ...headers,
    'content-length': Buffer.byteLength(body),
    ...(closes && { connection: 'close' }),
  });
  if (!closes || request.complete) {
    response.end(body);
    return;
  }
  response.write(body);
  void discardRest(request).then(() => response.end());
}
