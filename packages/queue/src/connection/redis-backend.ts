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
 * Makes BullMQ's own backend over clients that are opened here, to one Redis or to a cluster.
 * BullMQ does not close a client that it gets as an option: a closed queue would leave it open.
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
 * A backend whose finished jobs have no body. They are kept as the first guard against doubles, for
 * which their ids are enough. The script that finishes a job also removes its body and the errors
 * of its attempts, in one step.
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

/** The BullMQ scripts with which a worker moves jobs. None of them adds a body. */
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
  // A worker adds nothing but the copies of dead letters.
  'addStandardJob',
]);

/**
 * A first statement that deletes a key which does not exist. A full Redis refuses a script that
 * begins with a command that may take memory, but not one that has written before.
 */
const harmlessWrite = "redis.call('DEL', KEYS[1] .. ':nothing');";

/**
 * Lets a worker's client take, return and finish jobs on a Redis that is at its `maxmemory`. Each
 * such step takes a few hundred bytes at the most, and finished jobs make room. If the waiting jobs
 * could not be taken, a full Redis would stay full for ever.
 */
function allowWhenFull(client: Redis | Cluster): void {
  const define = client.defineCommand.bind(client);
  client.defineCommand = (name, definition) => {
    const isAllowed = allowed.has(name.replace(/:.*$/, ''));
    const lua = isAllowed ? `${harmlessWrite}${definition.lua}` : definition.lua;
    define(name, { ...definition, lua });
  };
}
