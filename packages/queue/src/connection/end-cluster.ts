import type { Cluster } from 'ioredis';

/**
 * Sees to it that a client of a cluster that was told to disconnect ends, and stays so until it is
 * told to connect. BullMQ interrupts a worker's wait in this way, and waits for the end.
 *
 * ioredis 6.0 has two gaps there. Each connection that closes after the last one was let go of
 * sets the state back from `end` to `close`, in which nothing ever happens again. And a client
 * that has no connection just then, because all nodes are away, waits for one to close.
 */
export function endWhenDisconnected(cluster: Cluster): void {
  let hasEnded = false;
  cluster.on('end', () => {
    hasEnded = true;
  });
  cluster.on('connecting', () => {
    hasEnded = false;
  });
  cluster.on('close', () => {
    if (hasEnded && cluster.status === 'close') cluster.status = 'end';
  });

  const disconnect = cluster.disconnect.bind(cluster);
  cluster.disconnect = (reconnect = false) => {
    const hasConnections = cluster.nodes().length > 0;
    disconnect(reconnect);
    if (reconnect || hasConnections || cluster.status !== 'disconnecting') return;
    cluster.status = 'end';
    process.nextTick(() => cluster.emit('end'));
  };
}
