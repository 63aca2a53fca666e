import { Cluster, Redis } from 'ioredis';
import { type ConnectPolicy, silenceLimitMs } from './connect-policy.ts';
import { type ClusterAddress, parseRedisUrl, type RedisAddress } from './redis-address.ts';

const connectTimeoutMs = 5_000;
const longestReconnectDelayMs = 2_000;
/** The limit for asking one node for the slots of all; then the next node is asked. */
const refreshTimeoutMs = 2_000;
/** The pause between attempts to reach a node that is down. */
const retryDelayMs = 250;
/** The most redirections of one command, as when slots move or a node restarts. */
const maxRedirections = 16;

/** Opens a client of a Redis or a cluster. It connects at once, in the background. */
export function openRedis(redisUrl: string, policy: ConnectPolicy): Redis | Cluster {
  return openRedisClient(parseRedisUrl(redisUrl), policy);
}

/** Opens one for a parsed address. @param connectionName as Redis lists it. */
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
    // After a failover the old primary may keep its connections and refuse every write. With 2 the
    // command is sent again over a new connection; with 1 it rejects at once.
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
    // A caller with a timeout of its own drops the connection after a failed call.
    ...(!policy.isBounded && { commandTimeout: timeoutMs, socketTimeout: timeoutMs }),
    maxRetriesPerRequest: 1,
  };
}

/** Opens a client of a cluster. It connects at once, in the background, to the nodes it needs. */
export function openCluster(
  address: ClusterAddress,
  policy: ConnectPolicy,
  connectionName?: string,
): Cluster {
  const cluster = new Cluster([...address.nodes], clusterOptions(address, policy, connectionName));
  endWhenDisconnected(cluster);
  // ioredis emits an error for a node that is down only when no node is up at all.
  return cluster.on('node error', (error: Error) => {
    if (cluster.listenerCount('error') > 0) cluster.emit('error', error);
  });
}

function clusterOptions(
  { username, password, isEncrypted }: ClusterAddress,
  policy: ConnectPolicy,
  connectionName: string | undefined,
) {
  const nodeOptions = {
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    ...(isEncrypted && { tls: {} }),
    ...(connectionName !== undefined && { connectionName }),
  };
  const common = {
    clusterRetryStrategy: (times: number) => Math.min(times * 100, longestReconnectDelayMs),
    // A certificate names a host, not the address that the name resolves to.
    ...(isEncrypted && { dnsLookup: keepName }),
  };
  if (policy.kind === 'wait') {
    return {
      ...common,
      slotsRefreshTimeout: refreshTimeoutMs,
      // A waiting command must not fail: BullMQ would count that as an attempt of the job.
      maxRedirections: Number.POSITIVE_INFINITY,
      retryDelayOnFailover: retryDelayMs,
      retryDelayOnClusterDown: retryDelayMs,
      redisOptions: {
        ...nodeOptions,
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
    maxRedirections,
    redisOptions: {
      ...nodeOptions,
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
 * Makes a cluster's client end after `disconnect`, and stay ended until `connect`. BullMQ
 * interrupts a worker's wait with `disconnect`, and waits for the end and for the command.
 *
 * ioredis 6.0 has four bugs there. A connection that closes after the last one was dropped sets the
 * state back from `end` to `close`, in which nothing ever happens again. A client without a
 * connection, because all nodes are down, waits for one to close, and its commands wait for a node.
 * And an answer that names a node meanwhile, such as `MOVED`, adds it, and nothing closes that.
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
  cluster.on('+node', (node: Redis) => {
    if (cluster.status === 'disconnecting') node.disconnect();
  });

  const disconnect = cluster.disconnect.bind(cluster);
  cluster.disconnect = (reconnect = false) => {
    // As one that was never connected: it ends at once, with an error for each command.
    if (!reconnect && cluster.nodes().length === 0) cluster.status = 'wait';
    disconnect(reconnect);
  };
}
