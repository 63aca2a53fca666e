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
  close(): Promise<void>;
}

/**
 * Starts cut or mended; the port is the proxy's own from the beginning.
 * @param ownPort any free one when absent.
 */
export async function openCuttableProxy(
  targetUrl: string,
  start: 'cut' | 'mended' = 'mended',
  ownPort = 0,
): Promise<CuttableProxy> {
  const target = new URL(targetUrl);
  const sockets = new Set<Socket>();
  let server: Server | undefined;

  function track(socket: Socket): Socket {
    sockets.add(socket);
    return socket.on('close', () => sockets.delete(socket)).on('error', () => socket.destroy());
  }

  async function listen(port: number): Promise<number> {
    const opened = createServer((client) => {
      const upstream = track(connect(Number(target.port), target.hostname));
      track(client).pipe(upstream).pipe(client);
      // One whose other side is gone, or never came, must not look alive.
      upstream.on('close', () => client.destroySoon());
      client.on('close', () => upstream.destroySoon());
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

  const port = await listen(ownPort);
  if (start === 'cut') await cut();
  const url = new URL(targetUrl);
  url.host = `127.0.0.1:${port}`;
  return {
    url: url.href,
    cut,
    async mend() {
      if (server === undefined) await listen(port);
    },
    close: cut,
  };
}
