/**
 * Loaded before Next's server: lets the routes of the bench reach Next, whose server our guard
 * (apps/ingest/src/next) closes to everything else. Our own route keeps its guard.
 */
import { subscribe } from 'node:diagnostics_channel';
import type { RequestListener } from 'node:http';
import type { Server } from 'node:net';

/** Next's own, as it is before the guard, which comes with one of the first connections. */
let next: unknown;
let open: RequestListener | undefined;

subscribe('net.server.socket', (message) => {
  const { server } = (message as { socket: { server?: Server } }).socket;
  if (server === undefined) return;
  next ??= server.listeners('request')[0];
  // After the guard, which hears of the same connection.
  process.nextTick(() => putInFront(server));
});

function putInFront(server: Server): void {
  const [current] = server.listeners('request');
  if (current === undefined || current === next || current === open) return;
  const [toNext, toGuard] = [next, current] as RequestListener[];
  open = (request, response) => {
    const isBench = request.url?.startsWith('/api/bench/') ?? false;
    (isBench ? toNext : toGuard)?.call(server as never, request, response);
  };
  server.removeAllListeners('request');
  server.on('request', open);
}
