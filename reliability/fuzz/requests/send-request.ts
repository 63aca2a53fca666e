import { connect, type Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { FuzzRequest } from './generate-request.ts';

export interface Exchange {
  /** The statuses of all answers in order, without interim ones. */
  readonly statuses: readonly number[];
  /** True when neither an answer nor an end came in time. */
  readonly isSilent: boolean;
  readonly durationMs: number;
}

/** Longer than every deadline of the server. */
const silenceMs = 60_000;

/** Sends the bytes of a request, and reads until the server closes. */
export async function sendRequest(port: number, request: FuzzRequest): Promise<Exchange> {
  const startedAt = performance.now();
  const socket = connect({ host: '127.0.0.1', port, allowHalfOpen: true });
  const ended = readUntilClosed(socket);
  for (const piece of request.pieces) {
    if (!socket.writable) break;
    await write(socket, piece);
    await nextTurn();
  }
  if (request.ending === 'end') socket.end();
  if (request.ending === 'reset') socket.resetAndDestroy();
  const { text, isSilent } = await ended;
  return { statuses: statusesIn(text), isSilent, durationMs: performance.now() - startedAt };
}

/** Writes a piece, and also resolves when the server refuses and closes before the end of it. */
function write(socket: Socket, piece: Buffer): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      socket.off('close', done);
      resolve();
    };
    socket.once('close', done);
    socket.write(piece, done);
  });
}

function readUntilClosed(socket: Socket): Promise<{ text: string; isSilent: boolean }> {
  return new Promise((resolve) => {
    let text = '';
    let isSilent = false;
    socket.setEncoding('latin1');
    socket.setTimeout(silenceMs, () => {
      isSilent = true;
      socket.destroy();
    });
    socket.on('data', (part: string) => {
      text += part;
    });
    socket.on('end', () => socket.end());
    socket.on('error', () => socket.destroy());
    socket.on('close', () => resolve({ text, isSilent }));
  });
}

function statusesIn(text: string): number[] {
  return [...text.matchAll(/HTTP\/1\.[01] (\d{3}) /g)]
    .map(([, status]) => Number(status))
    .filter((status) => status >= 200);
}
