import { Cluster } from 'ioredis';
import { type ConnectPolicy, silenceLimitMs } from './connect-policy.ts';
import { endWhenDisconnected } from './end-cluster.ts';
import type { ClusterAddress } from './redis-address.ts';

const connectTimeoutMs = 5_000;
/** For asking one node which slots are whose; then the next one is asked. */
const refreshTimeoutMs = 2_000;
const longestReconnectDelayMs = 2_000;
/** Between attempts to reach a node that is down. */
const retryDelayMs = 250;
/** What stands between a command and a node whose slots are being moved, or that comes back. */
const redirections = 16;

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
