import type { Cluster, Redis } from 'ioredis';
import type { JobQueue } from './queue-backend.ts';

/** The client of a queue on Redis. BullMQ's type of it has only what BullMQ itself calls. */
export async function redisOf(queue: JobQueue): Promise<Redis | Cluster> {
  return (await queue.backend.client) as unknown as Redis | Cluster;
}
