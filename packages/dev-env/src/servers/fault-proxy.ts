import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { Transform } from 'node:stream';

/** A TCP proxy that can be cut and restored, for tests of a server that is down. */
export interface FaultProxy {
  /** The target's URL with the proxy's host and port. */
  readonly url: string;
  /** Breaks every connection and refuses new ones. */
  cut(): Promise<void>;
  /**
   * Becomes a black hole: accepts connections, closes none, and forwards no byte. Connections that
   * are open now stay dead, also after `restore`, as when a router has lost its table.
   */
  freeze(): void;
  /** Makes the connections that are open now dead, while new ones work. */
  forget(): void;
  /**
   * Delays new connections by this round trip, which opening one takes as well. 0 removes the
   * delay.
   */
  beDistant(roundTripMs: number): void;
  /** Accepts and forwards new connections again, on the same port as before. */
  restore(): Promise<void>;
  /** Keeps connections, accepts new ones and forwards nothing, like a server that hangs. */
  hold(): void;
  /** Forwards what was held back, and everything after it. */
  release(): void;
  /** Counts the connections that are open to it, dead ones included. */
  connections(): number;
  close(): Promise<void>;
}

/**
 * Starts cut or restored; the proxy has its port from the beginning.
 * @param ownPort any free one when absent
 */
export async function openFaultProxy(
  targetUrl: string,
  start: 'cut' | 'restored' = 'restored',
  ownPort = 0,
): Promise<FaultProxy> {
  const target = new URL(targetUrl);
  const clients = new Set<Socket>();
  const pairs = new Set<Pair>();
  let server: Server | undefined;
  let state: 'open' | 'frozen' | 'held' = 'open';
  let roundTripMs = 0;

  function take(client: Socket): void {
    clients.add(client);
    client.on('close', () => clients.delete(client)).on('error', () => client.destroy());
    if (state === 'frozen') {
      // Its bytes are read and dropped: without a read its end is not noticed.
      client.resume();
      return;
    }
    const upstream = connect(Number(target.port), target.hostname);
    const pair = { client, upstream };
    pairs.add(pair);
    upstream.on('error', () => upstream.destroy());
    // A client whose upstream connection has closed or failed must not look alive.
    upstream.on('close', () => pairs.has(pair) && client.destroySoon());
    client.on('close', () => {
      pairs.delete(pair);
      upstream.destroySoon();
    });
    if (roundTripMs > 0) joinAtDistance(pair, roundTripMs);
    else if (state === 'open') join(pair);
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
    state = 'open';
    if (closing === undefined) return;
    const closed = once(closing, 'close');
    closing.close();
    for (const { upstream } of pairs) upstream.destroy();
    for (const client of clients) client.destroy();
    await closed;
  }

  function forget(): void {
    for (const pair of pairs) {
      part(pair);
      pair.client.resume();
    }
    pairs.clear();
  }

  const port = await listen(ownPort);
  if (start === 'cut') await cut();
  const url = new URL(targetUrl);
  url.host = `127.0.0.1:${port}`;
  return {
    url: url.href,
    cut,
    freeze() {
      state = 'frozen';
      forget();
    },
    forget,
    beDistant(ms) {
      roundTripMs = ms;
    },
    async restore() {
      state = 'open';
      if (server === undefined) await listen(port);
    },
    hold() {
      state = 'held';
      pairs.forEach(part);
    },
    release() {
      if (state === 'held') pairs.forEach(join);
      state = 'open';
    },
    connections: () => clients.size,
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

/** Delays each chunk by half a round trip, and the client's first ones by another whole one. */
function joinAtDistance({ client, upstream }: Pair, roundTripMs: number): void {
  client.pipe(late(roundTripMs / 2, roundTripMs)).pipe(upstream);
  upstream.pipe(late(roundTripMs / 2)).pipe(client);
}

function late(delayMs: number, firstMs = 0): Transform {
  const openAt = performance.now() + firstMs;
  const pause = () => delayMs + Math.max(0, openAt - performance.now());
  return new Transform({
    transform(chunk, _, done) {
      setTimeout(() => this.push(chunk), pause());
      done();
    },
    flush: (done) => void setTimeout(done, pause()),
  });
}

function part({ client, upstream }: Pair): void {
  client.unpipe(upstream).pause();
  upstream.unpipe(client).pause();
}
