import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { type IncomingMessage, type RequestListener, Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { type Answer, answer } from '../answer.ts';
import { sendAnswer } from '../exchange/send-answer.ts';
import { handleCallback, type Ingest } from '../handle-callback.ts';
import { healthAnswer } from '../health-answer.ts';
import { pathOf, resourceAt } from '../resource-at.ts';
import { plainHeaders } from './plain-headers.ts';

/**
 * For a server of our own. A sender that takes this long for its headers has given up by Sinch's
 * rules; bodies have a deadline in `handleCallback`, and this one is for whatever passes it by.
 */
const timeouts = { headersTimeout: 20_000, requestTimeout: 60_000 };

const announcements = ['net.server.socket', 'http.server.request.start'] as const;

/**
 * Guards the one HTTP server of this process, from the first connection or request on. Next opens
 * that server and hands it to nobody; Node announces both, with the server, before anyone sees them.
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
 * Lets nothing through to Next but what its routes are about, in the one form they expect. Next
 * gives many headers, methods and addresses a meaning of its own: a callback with one of them
 * would be redirected, be answered 200 without being queued, or end in a 500 and a stack trace.
 */
function guardServer(server: Server, openIngest: () => Ingest): void {
  Object.assign(server, timeouts);
  // Without a listener, Node takes a request that offers another protocol for what it is. Next's
  // would end the connection without an answer, or keep it open for good.
  server.removeAllListeners('upgrade');
  // An `Expect` that nobody knows: the body comes anyway.
  server.on('checkExpectation', (request, response) => server.emit('request', request, response));
  const listeners = server.listeners('request') as RequestListener[];
  server.removeAllListeners('request');
  server.on('request', (request, response) => {
    const toNext = () => {
      for (const listener of listeners) listener.call(server, request, response);
    };
    direct(request, response, openIngest, toNext);
  });
}

function direct(
  request: IncomingMessage,
  response: ServerResponse,
  openIngest: () => Ingest,
  toNext: () => void,
): void {
  const { method = '', url = '' } = request;
  const resource = resourceAt(url);
  const send = (verdict: Answer) => sendAnswer({ request, response }, verdict);
  if (resource === undefined) {
    send(answer(404, 'not-found', { connection: 'close' }));
  } else if (resource === 'webhook' && method !== 'POST') {
    const readBody = () => Promise.reject(new Error('It is refused by its method.'));
    const refused = { method, readHeader: () => undefined, readBody };
    void handleCallback(refused, openIngest()).then(send);
  } else if (resource === 'health' && method !== 'GET' && method !== 'HEAD') {
    void healthAnswer(method, undefined).then(send);
  } else {
    request.url = pathOf(resource);
    request.headers = plainHeaders(request.headers);
    toNext();
  }
}
