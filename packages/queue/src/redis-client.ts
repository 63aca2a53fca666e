import { type Cluster, Redis } from 'ioredis';
import { type Patience, redisConnection } from './queue-backend.ts';
import { parseRedisUrl } from './redis-address.ts';
import { openCluster } from './redis-cluster.ts';

/** A client of a Redis or a cluster. It connects at once, in the background. */
export function openRedis(redisUrl: string, patience: Patience): Redis | Cluster {
  const address = parseRedisUrl(redisUrl);
  switch (address.kind) {
    case 'single': {
      const { url, ...options } = redisConnection(address.url, patience);
      return new Redis(url, options);
    }
    case 'cluster':
      return openCluster(address, patience);
  }
}
