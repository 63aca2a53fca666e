import { type AddressInfo } from 'node:net';
import { type ServerType, serve } from '@hono/node-server';
import type { WorkerConfig } from '@sinch-callbacks/config';
import { Hono } from 'hono';
import { type BoardAccess, boardPages } from './board-pages.ts';
import { guardHost, guardOrigin, pageHeaders } from './guard-pages.ts';
import {
  type HealthSources,
  healthRoutes,
  type MetricsSource,
  metricsRoute,
} from './monitoring-routes.ts';

export type AdminOptions = WorkerConfig['admin'] &
  HealthSources &
  MetricsSource &
  Pick<BoardAccess, 'board' | 'logger'>;

export interface AdminServer {
  readonly adminUrl: string;
  close(): Promise<void>;
}

/**
 * Serves Bull Board, the health checks and the metrics.
 * @throws when the address cannot be listened on.
 */
export async function startAdminServer(options: AdminOptions): Promise<AdminServer> {
  const { host, port, password } = options;
  const app = new Hono();
  app.use(pageHeaders(), guardOrigin());
  app.route('/', healthRoutes(options));
  app.route('/', metricsRoute(options));
  if (password === undefined) app.use(guardHost());
  for (const path of ['/', `${boardPath}/`]) {
    app.get(path, (context) => context.redirect(boardPath));
  }
  app.route(boardPath, boardPages({ ...options, path: boardPath }));

  const server = await listen(app, host, port);
  const { port: actualPort } = server.address() as AddressInfo;
  const shownHost = host.includes(':') ? `[${host}]` : host;
  return {
    adminUrl: `http://${shownHost}:${actualPort}`,
    close: async () => await closeServer(server),
  };
}

const boardPath = '/queues';

async function listen(app: Hono, hostname: string, port: number): Promise<ServerType> {
  return await new Promise((resolve, reject) => {
    const server = serve({ fetch: app.fetch, hostname, port }, () => resolve(server));
    server.once('error', reject);
  });
}

async function closeServer(server: ServerType): Promise<void> {
  if ('closeAllConnections' in server) server.closeAllConnections();
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
}
