import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { Transform } from 'node:stream';

/** A way to a server that can be cut and mended, for tests of what happens while it is away. */
export interface FaultProxy {
  /** The target's URL, by way of the proxy. */
  readonly url: string;
  /** Breaks every connection and refuses new ones. */
  cut(): Promise<void>;
  /**
   * A black hole: closes nothing, takes new connections too, and lets no byte through. What was
   * open then stays dead, also after `mend`, as after a router forgot it.
   */
  freeze(): void;
  /** The same for what is open now, while new connections go through: a router's table was lost. */
  forget(): void;
  /**
   * A server at a distance: each connection that comes has this round trip, which opening it takes
   * too. 0 again for none.
   */
  beDistant(roundTripMs: number): void;
  /** Lets new connections through, on the same port as before. */
  restore(): Promise<void>;
  /** Keeps every connection and takes new ones, and passes nothing on: a server gone silent. */
  hold(): void;
  /** Passes on what was held back, and what comes. */
  release(): void;
  /** Connections that are open to it now, dead ones included. */
  connections(): number;
  close(): Promise<void>;
}

/**
 * Starts cut or mended; the port is the proxy's own from the beginning.
 * @param ownPort any free one when absent.
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
      // Read and forgotten: only so does its end show.
      client.resume();
      return;
    }
    const upstream = connect(Number(target.port), target.hostname);
    const pair = { client, upstream };
    pairs.add(pair);
    upstream.on('error', () => upstream.destroy());
    // One whose other side is gone, or never came, must not look alive.
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

/** Its other end hears each piece half a round trip later, and the first one a whole one after that. */
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
