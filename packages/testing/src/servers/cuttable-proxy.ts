import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** A way to a server that can be cut and mended, for tests of what happens while it is away. */
export interface CuttableProxy {
  /** The target's URL, by way of the proxy. */
  readonly url: string;
  /** Breaks every connection and refuses new ones. */
  cut(): Promise<void>;
  /**
   * A black hole: closes nothing, takes new connections too, and lets no byte through. What was
   * open then stays dead, also after `mend`, as after a router forgot it.
   */
  freeze(): void;
  /** Lets new connections through, on the same port as before. */
  mend(): Promise<void>;
  /** Connections that somebody holds open to it now, dead ones included. */
  connections(): number;
  close(): Promise<void>;
}

/** Starts cut or mended; the port is the proxy's own from the beginning. */
export async function openCuttableProxy(
  targetUrl: string,
  start: 'cut' | 'mended' = 'mended',
): Promise<CuttableProxy> {
  const target = new URL(targetUrl);
  const clients = new Set<Socket>();
  const upstreams = new Set<Socket>();
  let server: Server | undefined;
  let isFrozen = false;

  function track(socket: Socket, sockets: Set<Socket>): Socket {
    sockets.add(socket);
    return socket.on('close', () => sockets.delete(socket)).on('error', () => socket.destroy());
  }

  function take(client: Socket): void {
    track(client, clients);
    if (isFrozen) {
      // Read and forgotten: only so does its end show.
      client.resume();
      return;
    }
    const upstream = track(connect(Number(target.port), target.hostname), upstreams);
    client.pipe(upstream).pipe(client);
  }

  async function listen(port: number): Promise<number> {
    const opened = createServer(take);
    opened.listen(port, '127.0.0.1');
    await once(opened, 'listening');
    server = opened;
    return (opened.address() as AddressInfo).port;
  }

  async function cut(): Promise<void> {
    const closing = server;
    server = undefined;
    isFrozen = false;
    if (closing === undefined) return;
    const closed = once(closing, 'close');
    closing.close();
    for (const socket of [...clients, ...upstreams]) socket.destroy();
    await closed;
  }

  const port = await listen(0);
  if (start === 'cut') await cut();
  const url = new URL(targetUrl);
  url.host = `127.0.0.1:${port}`;
  return {
    url: url.href,
    cut,
    freeze() {
      isFrozen = true;
      for (const socket of clients) socket.unpipe().resume();
      for (const socket of upstreams) socket.unpipe().pause();
    },
    async mend() {
      isFrozen = false;
      if (server === undefined) await listen(port);
    },
    connections: () => clients.size,
    close: cut,
  };
}
