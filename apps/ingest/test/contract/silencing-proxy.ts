import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

export interface SilencingProxy {
  /** `url` with the proxy's address in place of the server's. */
  readonly url: string;
  /** `open` passes all data. `shut` refuses connections. `silent` takes them, and never answers. */
  set(state: 'open' | 'shut' | 'silent'): void;
  /** From now on, a connection that sends this word gets no more answers; others do. */
  silenceConnectionsWith(word: string): void;
  close(): Promise<void>;
}

/** Opens a proxy in front of a server, so that a test can cut its connections and restore them. */
export async function openSilencingProxy(serverUrl: string): Promise<SilencingProxy> {
  const target = new URL(serverUrl);
  const sockets = new Set<Socket>();
  let state: 'open' | 'shut' | 'silent' = 'open';
  let forbidden: string | undefined;

  const keep = (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
    return socket;
  };
  const server = createServer((client) => {
    keep(client);
    if (state === 'shut') client.destroy();
    if (state !== 'open') return;
    const upstream = keep(connect({ host: target.hostname, port: Number(target.port) }));
    client.on('data', (chunk) => {
      if (forbidden !== undefined && chunk.includes(forbidden)) upstream.unpipe().pause();
    });
    client.pipe(upstream).pipe(client);
    client.on('close', () => upstream.destroy());
    upstream.on('close', () => client.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const url = new URL(serverUrl);
  url.port = String(typeof address === 'object' && address !== null ? address.port : 0);

  const dropAll = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: url.href,
    set(next) {
      state = next;
      if (next === 'shut') dropAll();
      if (next === 'silent') for (const socket of sockets) socket.unpipe().pause();
    },
    silenceConnectionsWith(word) {
      forbidden = word;
    },
    async close() {
      dropAll();
      server.close();
      await once(server, 'close');
    },
  };
}
