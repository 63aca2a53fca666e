import { connect, type Socket } from 'node:net';

/** Connections that hold on to what they can, as long as the campaign lasts. */
export interface IdleConnections {
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
 * Keeps `count` of them open: without a word, in the middle of a head, and in the middle of a body,
 * with one byte more every second. One that the server ends is opened again.
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
