import {
  type BackendFactory,
  type KeepJobs,
  type MinimalJob,
  QueueKeys,
  RedisConnection,
  RedisQueueBackend,
} from 'bullmq';
import { finishedJobData } from '../contract/job-contract.ts';
import { allowWhenFull } from './allow-when-full.ts';
import type { ConnectPolicy } from './connect-policy.ts';
import type { RedisAddress } from './redis-address.ts';
import { openRedisClient } from './redis-client.ts';

/**
 * BullMQ's own backend over clients of ours, to one Redis or to a cluster. Handed over as an
 * option, they would be whoever made them's to close, and a queue that is closed would leave its
 * client behind.
 */
export function redisBackend(
  address: RedisAddress,
  policy: ConnectPolicy,
  prefix: string,
): BackendFactory<RedisQueueBackend> {
  return (name, options, { withBlockingConnection = false } = {}) => {
    const { skipWaitingForReady = false } = options;
    const open = (kind: { readonly blocking: boolean }) => {
      const clientName = `${prefix}:${Buffer.from(name).toString('base64')}`;
      const client = openRedisClient(address, policy, kind.blocking ? clientName : undefined);
      if (policy.kind === 'wait') allowWhenFull(client);
      return new RedisConnection(client, { shared: false, skipWaitingForReady, ...kind });
    };
    const keys = new QueueKeys(prefix);
    return new LeanBackend(
      open({ blocking: false }),
      name,
      keys.getKeys(name),
      (type) => keys.toKey(name, type),
      options,
      withBlockingConnection ? open({ blocking: true }) : undefined,
    );
  };
}

/**
 * Finished jobs are kept as the first guard against doubles, for which their ids are enough: the
 * script that finishes a job takes its body away, and what its attempts failed of, in one step.
 */
class LeanBackend extends RedisQueueBackend {
  override moveToCompletedArgs<T, R, N extends string>(
    job: MinimalJob<T, R, N>,
    returnValue: R,
    removeOnComplete: boolean | number | KeepJobs,
    token: string,
    fetchNext?: boolean,
  ) {
    const fields = { data: finishedData, ...(job.failedReason && withoutFailure) };
    const end = ['returnvalue', removeOnComplete, 'completed', token, Date.now()] as const;
    return this.moveToFinishedArgs(job, returnValue, ...end, fetchNext, fields);
  }
}

const finishedData = JSON.stringify(finishedJobData);
const withoutFailure = { failedReason: '', stacktrace: '[]' };
