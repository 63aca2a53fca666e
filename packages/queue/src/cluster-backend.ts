import { type BackendFactory, QueueKeys, RedisConnection, RedisQueueBackend } from 'bullmq';
import type { Patience } from './queue-backend.ts';
import type { ClusterAddress } from './redis-address.ts';
import { openCluster } from './redis-cluster.ts';

/**
 * BullMQ's own backend over clients of a cluster. Handed over as an option, they would be whoever
 * made them's to close, and a queue that is closed would leave its client behind.
 */
export function clusterBackend(
  address: ClusterAddress,
  patience: Patience,
  prefix: string,
): BackendFactory<RedisQueueBackend> {
  return (name, options, { withBlockingConnection = false } = {}) => {
    const { skipWaitingForReady = false } = options;
    const open = (kind: { readonly blocking: boolean }) => {
      const clientName = `${prefix}:${Buffer.from(name).toString('base64')}`;
      const cluster = openCluster(address, patience, kind.blocking ? clientName : undefined);
      return new RedisConnection(cluster, { shared: false, skipWaitingForReady, ...kind });
    };
    const keys = new QueueKeys(prefix);
    return new RedisQueueBackend(
      open({ blocking: false }),
      name,
      keys.getKeys(name),
      (type) => keys.toKey(name, type),
      options,
      withBlockingConnection ? open({ blocking: true }) : undefined,
    );
  };
}
