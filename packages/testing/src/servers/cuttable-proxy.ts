import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** A way to a server that can be cut and mended, for tests of what happens while it is away. */
export interface CuttableProxy {
  /** The target's URL, by way of the proxy. */
  readonly url: string;
  /** Breaks every connection and refuses new ones. */
  cut(): Promise<void>;
  /** Lets connections through, on the same port as before. */
  mend(): Promise<void>;
  /** Keeps every connection and takes new ones, and passes nothing on: a server gone silent. */
  freeze(): void;
  /** Passes on what was held back, and what comes. */
  thaw(): void;
  close(): Promise<void>;
}

/** Starts cut or mended; the port is the proxy's own from the beginning. */
export async function openCuttableProxy(
  targetUrl: string,
  start: 'cut' | 'mended' = 'mended',
): Promise<CuttableProxy> {
  const target = new URL(targetUrl);
  const sockets = new Set<Socket>();
  const pairs = new Set<Pair>();
  let server: Server | undefined;
  let isFrozen = false;

  function track(socket: Socket): Socket {
    sockets.add(socket);
    return socket.on('close', () => sockets.delete(socket)).on('error', () => socket.destroy());
  }

  async function listen(port: number): Promise<number> {
    const opened = createServer((client) => {
      const upstream = track(connect(Number(target.port), target.hostname));
      const pair = { client: track(client), upstream };
      pairs.add(pair);
      client.once('close', () => pairs.delete(pair));
      if (!isFrozen) join(pair);
    });
    opened.listen(port, '127.0.0.1');
    await once(opened, 'listening');
    server = opened;
    return (opened.address() as AddressInfo).port;
  }

  async function cut(): Promise<void> {
    const closing = server;
    server = undefined;
    if (closing === undefined) return;
    const closed = once(closing, 'close');
    closing.close();
    for (const socket of sockets) socket.destroy();
    await closed;
  }

  const port = await listen(0);
  if (start === 'cut') await cut();
  const url = new URL(targetUrl);
  url.host = `127.0.0.1:${port}`;
  return {
    url: url.href,
    cut,
    async mend() {
      if (server === undefined) await listen(port);
    },
    freeze() {
      isFrozen = true;
      pairs.forEach(part);
    },
    thaw() {
      if (isFrozen) pairs.forEach(join);
      isFrozen = false;
    },
    close: cut,
  };
}

interface Pair {
  readonly client: Socket;
  readonly upstream: Socket;
}

function join({ client, upstream }: Pair): void {
  client.pipe(upstream).pipe(client);
}

function part({ client, upstream }: Pair): void {
  client.unpipe(upstream).pause();
  upstream.unpipe(client).pause();
}
