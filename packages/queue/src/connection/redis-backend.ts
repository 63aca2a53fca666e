import {
  type BackendFactory,
  type KeepJobs,
  type MinimalJob,
  QueueKeys,
  RedisConnection,
  RedisQueueBackend,
} from 'bullmq';
import type { Cluster, Redis } from 'ioredis';
import { finishedJobData } from '../contract/job-contract.ts';
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

/** BullMQ's scripts with which a worker brings jobs forward. None of them brings a new body. */
const allowed: ReadonlySet<string> = new Set([
  'moveToActive',
  'moveStalledJobsToWait',
  'extendLock',
  'extendLocks',
  'updateData',
  'moveToDelayed',
  'retryJob',
  'moveJobFromActiveToWait',
  'cleanJobsInSet',
  // Of a worker's, the copies of dead letters alone.
  'addStandardJob',
]);

/**
 * Redis refuses what may take memory to whoever begins with it, and lets a script go on that has
 * written before: so these begin by deleting what is not there.
 */
const harmlessWrite = "redis.call('DEL', KEYS[1] .. ':nothing');";

/**
 * Lets a worker's client take, return and finish jobs on a Redis that is at its `maxmemory`. Each
 * such step takes some hundred bytes at the most, and jobs that are finished are what makes room:
 * if the waiting ones could not be taken, a full Redis would stay full for ever.
 */
function allowWhenFull(client: Redis | Cluster): void {
  const define = client.defineCommand.bind(client);
  client.defineCommand = (name, definition) => {
    const isAllowed = allowed.has(name.replace(/:.*$/, ''));
    const lua = isAllowed ? `${harmlessWrite}${definition.lua}` : definition.lua;
    define(name, { ...definition, lua });
  };
}
