import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { createSender } from '@sinch-callbacks/simulator';

export interface Probe {
  /** Stops the probe after a last callback. */
  stop(): Promise<ProbeReport>;
}

export interface ProbeReport {
  readonly count: number;
  /** Answers that were not 200. */
  readonly failures: readonly string[];
  readonly worstMs: number;
  readonly medianMs: number;
  /** The bodies that were acknowledged. */
  readonly bodies: readonly string[];
}

const everyMs = 250;

/** Sends an ordinary signed callback at an interval during the campaign, and once afterwards. */
export function startProbe(url: string, secret: string): Probe {
  const sender = createSender({ url, secret, timeoutMs: 60_000 });
  const times: number[] = [];
  const failures: string[] = [];
  const bodies: string[] = [];
  let isOver = false;

  async function send(): Promise<void> {
    const id = `01PROBE${times.length}`;
    const report = `{"message_id":"${id}","status":"DELIVERED"}`;
    const body = `{"app_id":"A","message_delivery_report":${report}}`;
    const startedAt = performance.now();
    try {
      const { status } = await sender.send(body);
      if (status === 200) bodies.push(body);
      else failures.push(String(status));
    } catch (error) {
      failures.push(String(error));
    }
    times.push(performance.now() - startedAt);
  }

  async function run(): Promise<void> {
    while (!isOver) {
      await send();
      await sleep(everyMs);
    }
    await send();
  }

  const running = run();
  return {
    async stop() {
      isOver = true;
      await running;
      const sorted = times.toSorted((left, right) => left - right);
      return {
        count: times.length,
        failures,
        worstMs: Math.round(sorted.at(-1) ?? 0),
        medianMs: Math.round(sorted[sorted.length >> 1] ?? 0),
        bodies,
      };
    },
  };
}

/** Connections that stay open for the whole campaign. */
interface IdleConnections {
  close(): void;
}

const silentHead = 'POST /api/sinch/webhook HTTP/1.1\r\nhost: x\r\n';
const starts = [
  '',
  'P',
  silentHead,
  `${silentHead}content-length: 5000\r\n\r\n{`,
  `${silentHead}transfer-encoding: chunked\r\n\r\n1\r\n{\r\n`,
];
const trickleMs = 1_000;

/**
 * Keeps `count` connections open: silent ones, and ones in the middle of a head or a body that send
 * one byte a second. A connection that the server closes is opened again.
 */
export function holdIdleConnections(port: number, count: number): IdleConnections {
  const sockets = new Set<Socket>();
  let isOver = false;

  function open(n: number): void {
    if (isOver) return;
    const start = starts[n % starts.length] ?? '';
    const socket = connect({ host: '127.0.0.1', port }, () => socket.write(start));
    sockets.add(socket);
    socket.resume();
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      sockets.delete(socket);
      setTimeout(() => open(n), trickleMs);
    });
  }

  for (let n = 0; n < count; n += 1) open(n);
  const trickle = setInterval(() => {
    for (const socket of sockets) if (socket.bytesWritten > 0) socket.write('x');
  }, trickleMs);
  return {
    close() {
      isOver = true;
      clearInterval(trickle);
      for (const socket of sockets) socket.destroy();
    },
  };
}
