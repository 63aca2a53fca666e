import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { answerPath } from './answer-path.ts';
import { type ApiReply, refuse } from './http/api-reply.ts';
import { readBody } from './http/read-body.ts';
import { type InboundText, receiveInbound } from './messages/receive-inbound.ts';
import { openLocalSinch } from './open-local-sinch.ts';
import type { SinchApiOptions } from './sinch-api-options.ts';
import type { SinchTruth } from './truth.ts';

/** A local Sinch API that runs until `close`. */
export interface SinchApi {
  /** The origin of both the API and its OAuth endpoint. */
  readonly url: string;
  readonly seed: string;
  /** The projects with their keys and apps, in the order of the options. */
  readonly projects: readonly ApiProject[];
  /** Returns a snapshot of what really happened; `GET /_truth` returns the same. */
  truth(): SinchTruth;
  /**
   * Has a person write to an app. `POST /_inbound` does the same.
   * @throws RangeError for an unknown app or channel.
   */
  receiveInbound(inbound: InboundText): { readonly messageId: string };
  /** Resolves when every callback so far is acknowledged, lost or given up. */
  whenSettled(): Promise<void>;
  /** Cuts all connections and drops what is not delivered. */
  close(): Promise<void>;
}

export interface ApiProject {
  readonly projectId: string;
  readonly keyId: string;
  readonly keySecret: string;
  readonly appIds: readonly string[];
}

/**
 * Starts Sinch's API on loopback: OAuth, webhooks, apps, sending and listing messages, by the rules
 * that Sinch documents, with its state in memory. What is sent becomes that message's callbacks.
 *
 * @throws RangeError for impossible faults, and the error of a port that is in use.
 */
export async function startSinchApi(options: SinchApiOptions = {}): Promise<SinchApi> {
  const sinch = openLocalSinch(options);
  const { account, source } = sinch.answering;

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const startedAt = performance.now();
    const { method = '', url = '/', headers } = request;
    const { pathname: path, searchParams: query } = readUrl(url);
    const body = await readBody(request);
    const authorization = headers.authorization ?? '';
    const { operation, end } = await answerPath(
      { method, path, query, authorization, body },
      sinch,
    );
    if (end.kind === 'reply') sendReply(response, end.reply);
    if (end.kind === 'lost-answer') request.socket.destroy();
    if (end.kind === 'hang') destroyLater(request.socket);
    if (operation === 'local') return;
    const result = end.kind === 'reply' ? end.reply.status : end.kind;
    const facts = { method, path, operation, result, tookMs: performance.now() - startedAt };
    sinch.truth.requestEnded(facts);
    options.onRequest?.(facts);
  }

  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => {
      // The client broke off, or this API has a bug, which the client then sees.
      if (!response.headersSent) sendReply(response, refuse('INTERNAL', String(error)));
    });
  });
  server.listen(options.port ?? 0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    seed: sinch.seed,
    projects: account.projects.map(({ key, apps }) => ({
      ...key,
      appIds: apps.map(({ settings }) => settings.appId),
    })),
    truth: () => sinch.snapshot(),
    receiveInbound(inbound) {
      const received = receiveInbound(account, source, inbound);
      if (received.kind === 'refused') throw new RangeError(received.problem);
      return { messageId: received.messageId };
    },
    async whenSettled() {
      await Promise.all(sinch.outboxes.map((outbox) => outbox.whenSettled()));
    },
    async close() {
      for (const outbox of sinch.outboxes) outbox.stop();
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** A client without a timeout of its own must not keep the connection of a hang for good. */
const longestHangMs = 600_000;

function destroyLater(socket: Socket): void {
  const timer = setTimeout(() => socket.destroy(), longestHangMs);
  timer.unref();
  socket.once('close', () => clearTimeout(timer));
}

/** Reads the target of a request. What is no URL is a path that does not exist. */
function readUrl(target: string): URL {
  const base = 'http://localhost';
  return URL.canParse(target, base) ? new URL(target, base) : new URL('/unreadable', base);
}

function sendReply(response: ServerResponse, { status, body, headers }: ApiReply): void {
  const json = JSON.stringify(body);
  response.writeHead(status, { ...headers, 'content-type': 'application/json' }).end(json);
}
