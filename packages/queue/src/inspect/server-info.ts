import type { JobQueue } from '../connection/queue-backend.ts';
import { redisOf } from '../connection/redis-of.ts';

/** `INFO`, asked through a key: a cluster would have any of its nodes answer. */
const infoByKey = "return redis.call('INFO')";

/** What the Redis that holds a queue says of itself. */
export async function readServerInfo(queue: JobQueue): Promise<string> {
  const redis = await redisOf(queue);
  if (!redis.isCluster) return await redis.info();
  return String(await redis.eval(infoByKey, 1, queue.toKey('meta')));
}
