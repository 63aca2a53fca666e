import type { Cluster } from 'ioredis';
import type { JobQueue } from './queue-backend.ts';

/** `INFO`, asked through a key: a cluster would have any of its nodes answer. */
const infoByKey = "return redis.call('INFO')";

/** What the Redis that holds a queue says of itself. */
export async function readServerInfo(queue: JobQueue): Promise<string> {
  const client = await queue.backend.client;
  if (!client.isCluster) return await client.info();
  // BullMQ's type has only what BullMQ itself calls.
  const cluster = client as unknown as Cluster;
  return String(await cluster.eval(infoByKey, 1, queue.toKey('meta')));
}
