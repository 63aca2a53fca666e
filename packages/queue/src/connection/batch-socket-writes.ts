import type { Socket } from 'node:net';

/** The part of an ioredis client that is used here. */
interface WritingClient {
  readonly stream?: Socket;
  on(event: 'connect', listener: () => void): unknown;
}

/**
 * The most writes in one system call. Many events end in the same turn of the event loop: without
 * a limit the server would begin with the first only after the last one is written.
 */
const maxBatchedWrites = 32;

/**
 * Sends all that is written to a server within one turn of the event loop with one system call.
 * Otherwise each command has its own, and under load those are the most expensive part of queueing
 * an event. The commands do not change, and none waits longer than until its turn ends.
 */
export function batchSocketWrites(client: WritingClient): void {
  const wrapped = new WeakSet<Socket>();
  const wrapStream = () => {
    const { stream } = client;
    if (stream === undefined || wrapped.has(stream)) return;
    wrapped.add(stream);
    batchWritesOf(stream);
  };
  // Each connection has its own stream.
  client.on('connect', wrapStream);
  wrapStream();
}

function batchWritesOf(stream: Socket): void {
  const write: (...args: never) => boolean = stream.write.bind(stream);
  let batched = 0;

  function flush(): void {
    if (batched > 0) stream.uncork();
    batched = 0;
  }

  stream.write = (...args: never) => {
    if (batched === 0) {
      stream.cork();
      setImmediate(flush);
    }
    batched += 1;
    const isRoomLeft = write(...args);
    if (batched >= maxBatchedWrites) flush();
    return isRoomLeft;
  };
}
