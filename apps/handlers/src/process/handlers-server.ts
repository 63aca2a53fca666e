import type { AddressInfo } from 'node:net';
import { type ServerType, serve } from '@hono/node-server';
import { isSameSecret } from '@sinch-callbacks/core';
import { type Database, inspectDatabase } from '@sinch-callbacks/db';
import type { Engine, RunnerPool } from '@sinch-callbacks/handlers';
import type { OutageTracker } from '@sinch-callbacks/telemetry';
import type { HandlerMetrics } from '@sinch-callbacks/telemetry/handler-metrics';
import { Hono } from 'hono';

export interface HandlersServer {
  readonly url: string;
  close(): Promise<void>;
}

export interface HandlersServerOptions {
  readonly host: string;
  readonly port: number;
  readonly metricsToken: string | undefined;
  readonly database: Database;
  readonly engine: Pick<Engine, 'idleMs'>;
  readonly outage: Pick<OutageTracker, 'downMs'>;
  readonly pool: Pick<RunnerPool, 'isLoaded'>;
  readonly metrics: Pick<HandlerMetrics, 'read'>;
}

/** Each look for tasks has limits of its own, far below. */
const stalledAfterMs = 60_000;

/**
 * Serves `/healthz`, `/readyz` and `/metrics`. `/healthz` is 503 when only a restart can help, so
 * not while the database is down. `/readyz` is 503 while the user's code is not loaded or the
 * database cannot be used.
 */
export async function startHandlersServer(options: HandlersServerOptions): Promise<HandlersServer> {
  const { host, port, metricsToken, database, engine, outage, pool, metrics } = options;
  const app = new Hono();
  app.get('/healthz', (context) => {
    const idleMs = engine.idleMs();
    if (idleMs > stalledAfterMs) {
      return context.json({ status: 'stalled', forSeconds: Math.round(idleMs / 1000) }, 503);
    }
    const downMs = outage.downMs();
    if (downMs === undefined) return context.json({ status: 'ok' });
    const since = new Date(Date.now() - downMs).toISOString();
    return context.json({ status: 'waiting', waitingFor: 'database', since });
  });
  app.get('/readyz', async (context) => {
    const isUsable = await inspectDatabase(database).then(
      ({ pendingMigrations }) => pendingMigrations.length === 0,
      () => false,
    );
    const waitingFor = [
      ...(isUsable ? [] : ['database']),
      ...(pool.isLoaded() ? [] : ['handlers']),
    ];
    if (waitingFor.length === 0) return context.json({ status: 'ready' });
    return context.json({ status: 'unavailable', waitingFor }, 503);
  });
  app.get('/metrics', async (context) => {
    const given = context.req.header('authorization')?.replace(/^Bearer /, '') ?? '';
    if (metricsToken !== undefined && !isSameSecret(given, metricsToken)) {
      return context.body('', 401, { 'www-authenticate': 'Bearer' });
    }
    const { text, contentType } = await metrics.read();
    return context.body(text, 200, { 'content-type': contentType });
  });
  const server = await listen(app, host, port);
  const { port: actual } = server.address() as AddressInfo;
  return {
    url: `http://${host}:${actual}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        if ('closeAllConnections' in server) server.closeAllConnections();
      }),
  };
}

function listen(app: Hono, hostname: string, port: number): Promise<ServerType> {
  return new Promise((resolve, reject) => {
    const server = serve({ fetch: app.fetch, hostname, port }, () => resolve(server));
    server.once('error', reject);
  });
}
