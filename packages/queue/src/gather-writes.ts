import type { Socket } from 'node:net';

/** What there is of an ioredis client, as far as it matters here. */
interface WritingClient {
  readonly stream?: Socket;
  on(event: 'connect', listener: () => void): unknown;
}

/**
 * Sends what is written to a server within one turn of the event loop with one system call, where
 * each command has its own otherwise: under load that is the most expensive part of queueing an
 * event. The commands stay what they are, and none waits longer than until its turn ends.
 */
export function gatherWrites(client: WritingClient): void {
  const gathered = new WeakSet<Socket>();
  const gather = () => {
    const { stream } = client;
    if (stream === undefined || gathered.has(stream)) return;
    gathered.add(stream);
    gatherWritesOf(stream);
  };
  // Each connection has a stream of its own.
  client.on('connect', gather);
  gather();
}

function gatherWritesOf(stream: Socket): void {
  const write: (...args: never) => boolean = stream.write.bind(stream);
  let isGathering = false;
  stream.write = (...args: never) => {
    if (!isGathering) {
      isGathering = true;
      stream.cork();
      setImmediate(() => {
        isGathering = false;
        stream.uncork();
      });
    }
    return write(...args);
  };
}
