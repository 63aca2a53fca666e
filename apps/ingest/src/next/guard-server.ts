import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import {
  type IncomingHttpHeaders,
  type IncomingMessage,
  type RequestListener,
  Server,
  type ServerResponse,
} from 'node:http';
import type { Socket } from 'node:net';
import { signatureHeaders } from '@sinch-callbacks/core';
import type { Answer } from '../http/answer.ts';
import { isHealthMethod } from '../http/health-answer.ts';
import { matchRoute, pathOf, refuseRequest } from '../http/match-route.ts';
import { answerParseErrors, serverTimeouts } from '../http/node-server.ts';
import { sendAnswer } from '../http/send-answer.ts';
import { handleCallback, type Ingest } from '../webhook/handle-callback.ts';

const announcements = ['net.server.socket', 'http.server.request.start'] as const;

/**
 * Guards the one HTTP server of this process, from the first connection or request on. Next opens
 * that server and gives no access to it; Node's diagnostics channels publish both, with the server.
 */
export function guardFirstServer(openIngest: () => Ingest): void {
  const onAnnounced = (message: unknown) => {
    const { server, socket } = message as Announced;
    const found = server ?? socket.server;
    if (!(found instanceof Server)) return;
    for (const name of announcements) unsubscribe(name, onAnnounced);
    guardServer(found as Server, openIngest);
  };
  for (const name of announcements) subscribe(name, onAnnounced);
}

interface Announced {
  readonly socket: Socket & { readonly server?: unknown };
  readonly server?: unknown;
}

/**
 * Passes only requests for the routes to Next, in the one form that they expect. Next gives many
 * headers, methods and addresses a meaning of its own: a callback with one of them would be
 * redirected, be answered 200 without being queued, or end in a 500 and a stack trace.
 */
function guardServer(server: Server, openIngest: () => Ingest): void {
  const { keepAliveTimeout } = server;
  Object.assign(server, serverTimeouts);
  // Next's own KEEP_ALIVE_TIMEOUT may be longer, or 0 for no timeout.
  const isLonger = keepAliveTimeout === 0 || keepAliveTimeout > serverTimeouts.keepAliveTimeout;
  if (isLonger) server.keepAliveTimeout = keepAliveTimeout;
  // Without a listener, Node handles a request that offers another protocol as a plain one. Next's
  // listener would end the connection without an answer, or keep it open for good.
  server.removeAllListeners('upgrade');
  // With an unknown `Expect`, the body comes anyway.
  server.on('checkExpectation', (request, response) => server.emit('request', request, response));
  answerParseErrors(server, () => openIngest().requestLog);
  const listeners = server.listeners('request') as RequestListener[];
  server.removeAllListeners('request');
  server.on('request', (request, response) => {
    response.once('finish', () => closeIdleIfStopping(server));
    const toNext = () => {
      for (const listener of listeners) listener.call(server, request, response);
    };
    route(request, response, openIngest, toNext);
  });
}

/**
 * Closes connections that become idle after the server began to stop. Node closes idle ones only
 * once, when it stops; one that was answering then would stay open, and keep the process alive.
 */
function closeIdleIfStopping(server: Server): void {
  if (!server.listening) setImmediate(() => server.closeIdleConnections());
}

function route(
  request: IncomingMessage,
  response: ServerResponse,
  openIngest: () => Ingest,
  toNext: () => void,
): void {
  const { method = '', url = '' } = request;
  const resource = matchRoute(url);
  const send = (answer: Answer) => sendAnswer({ request, response }, answer);
  // Only the listener's processes have metrics.
  if (resource === undefined || resource === 'metrics') {
    send(refuseRequest('not-found', request, openIngest().requestLog));
  } else if (resource === 'webhook' && method !== 'POST') {
    const readBody = () => Promise.reject(new Error('It is refused by its method.'));
    const refused = { method, readHeader: () => undefined, readBody };
    void handleCallback(refused, openIngest()).then(send);
  } else if (resource === 'health' && !isHealthMethod(method)) {
    send(refuseRequest('method-not-allowed', request, openIngest().requestLog));
  } else {
    request.url = pathOf(resource);
    request.headers = plainHeaders(request.headers);
    toNext();
  }
}

/** The headers that the routes read, and those that give the body's length. */
const keptHeaders = [
  ...Object.values(signatureHeaders),
  'host',
  'content-length',
  'content-type',
  'transfer-encoding',
  'traceparent',
  'tracestate',
];

/** Keeps only the headers that routes may see. A list of forbidden ones would miss new ones. */
function plainHeaders(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  const plain: IncomingHttpHeaders = {};
  for (const name of keptHeaders) {
    const value = headers[name];
    if (value !== undefined) plain[name] = value;
  }
  return plain;
}
