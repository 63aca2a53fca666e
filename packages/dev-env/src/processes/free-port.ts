import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

const loopback = '127.0.0.1';

/**
 * Below the ports of outgoing connections, which begin at 32,768 on Linux and 49,152 on macOS: any
 * client could take one of those before the server listens on it.
 */
const lowest = 20_000;
const count = 12_000;
const maxTries = 200;
const chosen = new Set<number>();

/**
 * Finds a free TCP port of the loopback address: `preferred` if it is free, else a random one that
 * this process has not chosen before. Nothing reserves it until the caller listens.
 * @throws when none is found.
 */
export async function freePort(preferred?: number): Promise<number> {
  if (preferred !== undefined && (await canListen(preferred))) return preferred;
  for (let tries = 0; tries < maxTries; tries += 1) {
    const port = lowest + randomInt(count);
    if (!chosen.has(port) && (await canListen(port))) {
      chosen.add(port);
      return port;
    }
  }
  throw new Error(`no free port from ${lowest} to ${lowest + count - 1} after ${maxTries} tries`);
}

async function canListen(port: number): Promise<boolean> {
  const server = createServer();
  const isListening = await new Promise<boolean>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === undefined) reject(error);
      else resolve(false);
    });
    server.listen({ host: loopback, port, exclusive: true }, () => resolve(true));
  });
  if (isListening) {
    await new Promise<void>((resolve) => {
      server.close(() => resolve());
    });
  }
  return isListening;
}
