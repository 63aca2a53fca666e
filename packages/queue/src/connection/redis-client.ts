import { Cluster, Redis } from 'ioredis';
import { type ConnectPolicy, silenceLimitMs } from './connect-policy.ts';
import { type ClusterAddress, parseRedisUrl, type RedisAddress } from './redis-address.ts';

const connectTimeoutMs = 5_000;
const longestReconnectDelayMs = 2_000;
/** For asking one node which slots are whose; then the next one is asked. */
const refreshTimeoutMs = 2_000;
/** Between attempts to reach a node that is down. */
const retryDelayMs = 250;
/** What stands between a command and a node whose slots are being moved, or that comes back. */
const redirections = 16;

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

/** A client of a cluster. It connects at once, in the background, to the nodes that it needs. */
export function openCluster(
  address: ClusterAddress,
  policy: ConnectPolicy,
  connectionName?: string,
): Cluster {
  const cluster = new Cluster([...address.nodes], clusterOptions(address, policy, connectionName));
  endWhenDisconnected(cluster);
  // It counts a node that is away as trouble only once no node is there at all.
  return cluster.on('node error', (error: Error) => {
    if (cluster.listenerCount('error') > 0) cluster.emit('error', error);
  });
}

function clusterOptions(
  { username, password, isEncrypted }: ClusterAddress,
  policy: ConnectPolicy,
  connectionName: string | undefined,
) {
  const redisOptions = {
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    ...(isEncrypted && { tls: {} }),
    ...(connectionName !== undefined && { connectionName }),
  };
  const common = {
    clusterRetryStrategy: (times: number) => Math.min(times * 100, longestReconnectDelayMs),
    // A certificate is made out to a name, not to the address that it is found at.
    ...(isEncrypted && { dnsLookup: keepName }),
  };
  if (policy.kind === 'wait') {
    return {
      ...common,
      slotsRefreshTimeout: refreshTimeoutMs,
      // What waits must not fail for waiting: BullMQ would count it as an attempt of the job.
      maxRedirections: Number.POSITIVE_INFINITY,
      retryDelayOnFailover: retryDelayMs,
      retryDelayOnClusterDown: retryDelayMs,
      redisOptions: {
        ...redisOptions,
        connectTimeout: connectTimeoutMs,
        socketTimeout: silenceLimitMs,
        maxRetriesPerRequest: null,
      },
    };
  }
  const { timeoutMs } = policy;
  return {
    ...common,
    slotsRefreshTimeout: timeoutMs / 4,
    maxRedirections: redirections,
    redisOptions: {
      ...redisOptions,
      connectTimeout: timeoutMs,
      commandTimeout: timeoutMs,
      socketTimeout: timeoutMs,
    },
  };
}

function keepName(name: string, found: (error: null, address: string) => void): void {
  found(null, name);
}

/**
 * Sees to it that a client of a cluster that was told to disconnect ends, and stays so until it is
 * told to connect. BullMQ interrupts a worker's wait in this way, and waits for the end.
 *
 * ioredis 6.0 has two gaps there. Each connection that closes after the last one was let go of
 * sets the state back from `end` to `close`, in which nothing ever happens again. And a client
 * that has no connection just then, because all nodes are away, waits for one to close.
 */
function endWhenDisconnected(cluster: Cluster): void {
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
