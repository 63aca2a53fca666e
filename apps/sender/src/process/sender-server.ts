import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { isSameSecret } from '@sinch-callbacks/core';
import { type Database, inspectDatabase } from '@sinch-callbacks/db';
import type { Sender } from '@sinch-callbacks/outbound';
import type { OutageTracker } from '@sinch-callbacks/telemetry';
import type { SenderMetrics } from '@sinch-callbacks/telemetry/sender-metrics';

export interface SenderServer {
  readonly url: string;
  close(): Promise<void>;
}

export interface SenderServerOptions {
  readonly host: string;
  readonly port: number;
  readonly metricsToken: string | undefined;
  readonly database: Database;
  readonly sender: Pick<Sender, 'idleMs' | 'isUsable'>;
  readonly outage: Pick<OutageTracker, 'downMs'>;
  readonly metrics: Pick<SenderMetrics, 'read'>;
}

interface Page {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly text: string;
}

/** Each look for messages has limits of its own, far below. */
const stalledAfterMs = 60_000;

/**
 * Serves `/healthz`, `/readyz` and `/metrics`. `/healthz` is 503 when only a restart can help, so
 * not while the database or Sinch is down. `/readyz` is 503 while either of them cannot be used.
 */
export async function startSenderServer(options: SenderServerOptions): Promise<SenderServer> {
  const { host, port } = options;
  const server = createServer((request, response) => {
    answer(request, options).then(
      (page) => send(response, page),
      () => send(response, { status: 500, text: '' }),
    );
  });
  server.listen(port, host);
  await once(server, 'listening');
  const address = server.address();
  const actual = typeof address === 'object' && address !== null ? address.port : port;
  return {
    url: `http://${host}:${actual}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function send(response: ServerResponse, { status, headers, text }: Page): void {
  response.writeHead(status, headers).end(text);
}

async function answer(request: IncomingMessage, options: SenderServerOptions): Promise<Page> {
  if (request.method !== 'GET') return { status: 405, headers: { allow: 'GET' }, text: '' };
  switch (request.url ?? '') {
    case '/healthz':
      return health(options);
    case '/readyz':
      return await readiness(options);
    case '/metrics':
      return await metricsPage(request, options);
    default:
      return { status: 404, text: '' };
  }
}

function health({ sender, outage }: SenderServerOptions): Page {
  const idleMs = sender.idleMs();
  if (idleMs > stalledAfterMs) {
    return json(503, { status: 'stalled', forSeconds: Math.round(idleMs / 1_000) });
  }
  const downMs = outage.downMs();
  if (downMs === undefined) return json(200, { status: 'ok' });
  const since = new Date(Date.now() - downMs).toISOString();
  return json(200, { status: 'waiting', waitingFor: 'database', since });
}

async function readiness({ database, sender }: SenderServerOptions): Promise<Page> {
  const isMigrated = await inspectDatabase(database).then(
    ({ pendingMigrations }) => pendingMigrations.length === 0,
    () => false,
  );
  const waitingFor = [...(isMigrated ? [] : ['database']), ...(sender.isUsable() ? [] : ['app'])];
  if (waitingFor.length === 0) return json(200, { status: 'ready' });
  return json(503, { status: 'unavailable', waitingFor });
}

async function metricsPage(
  { headers: { authorization = '' } }: IncomingMessage,
  { metrics, metricsToken }: SenderServerOptions,
): Promise<Page> {
  const given = authorization.replace(/^Bearer /, '');
  if (metricsToken !== undefined && !isSameSecret(given, metricsToken)) {
    return { status: 401, headers: { 'www-authenticate': 'Bearer' }, text: '' };
  }
  const { text, contentType } = await metrics.read();
  return { status: 200, headers: { 'content-type': contentType }, text };
}

function json(status: number, body: object): Page {
  const headers = { 'content-type': 'application/json' };
  return { status, headers, text: JSON.stringify(body) };
}
