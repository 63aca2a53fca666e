import { type Cluster, Redis } from 'ioredis';
import { type ConnectPolicy, silenceLimitMs } from './connect-policy.ts';
import { parseRedisUrl, type RedisAddress } from './redis-address.ts';
import { openCluster } from './redis-cluster.ts';

const connectTimeoutMs = 5_000;
const longestReconnectDelayMs = 2_000;

/** A client of a Redis or a cluster. It connects at once, in the background. */
export function openRedis(redisUrl: string, policy: ConnectPolicy): Redis | Cluster {
  return openRedisClient(parseRedisUrl(redisUrl), policy);
}

/** The same for an address that is read already. @param connectionName as Redis lists it. */
export function openRedisClient(
  address: RedisAddress,
  policy: ConnectPolicy,
  connectionName?: string,
): Redis | Cluster {
  switch (address.kind) {
    case 'single': {
      const name = connectionName === undefined ? {} : { connectionName };
      return new Redis(address.url, { ...redisOptions(policy), ...name });
    }
    case 'cluster':
      return openCluster(address, policy, connectionName);
  }
}

function redisOptions(policy: ConnectPolicy) {
  const reconnect = {
    retryStrategy: (times: number) => Math.min(times * 100, longestReconnectDelayMs),
    // After a failover the old primary may keep its connections and refuse every write. Who is
    // patient has the command sent again over the new connection, others hear of it at once.
    reconnectOnError: (error: Error) =>
      error.message.startsWith('READONLY') && (policy.kind === 'wait' ? 2 : 1),
  } as const;
  if (policy.kind === 'wait') {
    return {
      ...reconnect,
      connectTimeout: connectTimeoutMs,
      socketTimeout: silenceLimitMs,
      maxRetriesPerRequest: null,
    };
  }
  const { timeoutMs } = policy;
  return {
    ...reconnect,
    connectTimeout: timeoutMs,
    // Who bounds his calls drops a connection that failed one.
    ...(!policy.isBounded && { commandTimeout: timeoutMs, socketTimeout: timeoutMs }),
    maxRetriesPerRequest: 1,
  };
}
