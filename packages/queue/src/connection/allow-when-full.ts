import type { Cluster, Redis } from 'ioredis';

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
export function allowWhenFull(client: Redis | Cluster): void {
  const define = client.defineCommand.bind(client);
  client.defineCommand = (name, definition) => {
    const isAllowed = allowed.has(name.replace(/:.*$/, ''));
    const lua = isAllowed ? `${harmlessWrite}${definition.lua}` : definition.lua;
    define(name, { ...definition, lua });
  };
}
