import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setImmediate } from 'node:timers/promises';

const silenceMs = 15_000;

export interface RawConnection {
  /**
   * Resolves once the system took the bytes, and what had come back by then was read: with false
   * if the other side takes no more.
   */
  write(bytes: string | Uint8Array): Promise<boolean>;
  /** Sends no more, and still reads. */
  endWriting(): void;
  /** Breaks the connection off. */
  abort(): void;
  /** Resolves with the first bytes that come back, or when the other side closes without any. */
  readonly firstBytes: Promise<void>;
  /** Everything that came back, once the other side has closed. */
  readonly answers: Promise<string>;
}

/** Opens a connection on which a test can send what no HTTP client would, such as wrong lengths. */
export async function openRaw(url: string, timeoutMs = silenceMs): Promise<RawConnection> {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
  await once(socket, 'connect');
  socket.setTimeout(timeoutMs, () => socket.destroy(new Error('The other side stays silent.')));
  return {
    write: (bytes) => writeTo(socket, bytes),
    endWriting: () => void socket.end(),
    abort: () => void socket.resetAndDestroy(),
    firstBytes: new Promise((resolve) => {
      socket.once('data', () => resolve()).once('close', () => resolve());
    }),
    answers: collect(socket),
  };
}

/** The head of a POST, with a blank line at its end. */
export function postHead(url: string, headers: Readonly<Record<string, string | number>>): string {
  const { pathname, host } = new URL(url);
  const lines = Object.entries({ host, ...headers }).map(([name, value]) => `${name}: ${value}`);
  return [`POST ${pathname} HTTP/1.1`, ...lines, '', ''].join('\r\n');
}

/** One chunk of a body sent with `transfer-encoding: chunked`. */
export function chunk(bytes: Uint8Array): Buffer {
  return Buffer.concat([
    Buffer.from(`${bytes.length.toString(16)}\r\n`),
    bytes,
    Buffer.from('\r\n'),
  ]);
}

async function writeTo(socket: Socket, bytes: string | Uint8Array): Promise<boolean> {
  if (!socket.writable) return false;
  const isTaken = await new Promise<boolean>((resolve) => {
    socket.write(bytes, (error) => resolve(!error));
  });
  // Writes that the system takes at once follow each other without a look at what came back, and
  // the first that fails drops it.
  await setImmediate();
  return isTaken;
}

/** Collects all that came back. A reset after the answer changes nothing. */
function collect(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    socket.setEncoding('utf8');
    socket.on('data', (part: string) => {
      text += part;
    });
    socket.on('end', () => socket.end());
    socket.on('error', () => socket.destroy());
    socket.on('close', () => resolve(text));
  });
}
