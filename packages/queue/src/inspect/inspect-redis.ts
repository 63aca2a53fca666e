import { Redis } from 'ioredis';
import { withDeadline } from '../connection/deadline.ts';
import type { ClusterAddress } from '../connection/redis-address.ts';
import { openCluster } from '../connection/redis-client.ts';
import { type MemoryUse, memoryShare, readInfo, readMemoryUse } from './redis-info.ts';

/** Redis' `appendfsync`. */
type AppendFsync = 'always' | 'everysec' | 'no' | 'unknown';

/** The settings of a Redis that decide whether it can lose events. */
export interface RedisState {
  readonly kind: 'redis';
  /** The number of masters, for a cluster. Every other field is the worst that a master reports. */
  readonly masters?: number;
  readonly version: string;
  /** Anything but `noeviction` may drop queued events when memory is short. */
  readonly maxmemoryPolicy: string | undefined;
  /** Without the append-only file a crash of Redis loses what is queued. */
  readonly appendOnly: boolean | undefined;
  /** When the append-only file is written to the disk; `unknown` where `CONFIG` is refused. */
  readonly appendFsync: AppendFsync;
  readonly memory: MemoryUse;
}

/** Reads the state of one Redis. @throws when it does not answer in time. */
export async function inspectRedis(url: string, timeoutMs: number): Promise<RedisState> {
  const redis = new Redis(url, {
    lazyConnect: true,
    connectTimeout: timeoutMs,
    commandTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  });
  let lastError: Error | undefined;
  redis.on('error', (error: Error) => {
    lastError = error;
  });
  try {
    await redis.connect();
    return await readState(redis);
  } catch (error) {
    throw lastError ?? error;
  } finally {
    redis.disconnect();
  }
}

/**
 * Reads the state of every master, since each holds a part of the queue, and returns the worst.
 * @throws when one of them does not answer in time, or some slots have no node.
 */
export async function inspectCluster(
  address: ClusterAddress,
  timeoutMs: number,
): Promise<RedisState> {
  const cluster = openCluster(address, { kind: 'fail-fast', timeoutMs });
  let lastError: Error | undefined;
  cluster.on('error', (error: Error) => {
    lastError = error;
  });
  try {
    const ready = new Promise<void>((resolve) => {
      cluster.once('ready', resolve);
    });
    await withDeadline(ready, timeoutMs);
    const masters = cluster.nodes('master');
    const states = Promise.all(masters.map(readState));
    return worstOf(await withDeadline(states, timeoutMs));
  } catch (error) {
    throw lastError ?? error;
  } finally {
    cluster.disconnect();
  }
}

async function readState(redis: Redis): Promise<RedisState> {
  const [text, appendFsync] = await Promise.all([redis.info(), readAppendFsync(redis)]);
  const info = readInfo(text);
  return {
    kind: 'redis',
    version: info.get('redis_version') ?? 'unknown',
    maxmemoryPolicy: info.get('maxmemory_policy'),
    appendOnly: info.has('aof_enabled') ? info.get('aof_enabled') === '1' : undefined,
    appendFsync,
    memory: readMemoryUse(info),
  };
}

const fsyncsFromWorst = ['no', 'everysec', 'unknown', 'always'] as const satisfies AppendFsync[];

/** Reads the setting by `CONFIG`, which a managed Redis refuses; nothing else shows it. */
async function readAppendFsync(redis: Redis): Promise<AppendFsync> {
  try {
    const [, value] = await redis.config('GET', 'appendfsync');
    return fsyncsFromWorst.find((known) => known === value) ?? 'unknown';
  } catch {
    return 'unknown';
  }
}

/** Combines the masters' states: a queue is only as safe as the worst of its masters. */
function worstOf(states: readonly RedisState[]): RedisState {
  const [first, ...others] = states;
  if (first === undefined) throw new Error('the cluster has no masters');
  const worst = others.reduce(worse, first);
  return { ...worst, masters: states.length };
}

function worse(one: RedisState, other: RedisState): RedisState {
  const isOlder = compareVersions(one.version, other.version) <= 0;
  return {
    ...one,
    version: isOlder ? one.version : other.version,
    maxmemoryPolicy: worsePolicy(one.maxmemoryPolicy, other.maxmemoryPolicy),
    appendOnly: worseFlag(one.appendOnly, other.appendOnly),
    appendFsync:
      fsyncsFromWorst.find((fsync) => fsync === one.appendFsync || fsync === other.appendFsync) ??
      'unknown',
    memory: memoryShare(one.memory) >= memoryShare(other.memory) ? one.memory : other.memory,
  };
}

/**
 * Returns the worse one. From the worst: a policy that drops keys, an unknown one, `noeviction`.
 */
function worsePolicy(one: string | undefined, other: string | undefined): string | undefined {
  const dropping = [one, other].find((policy) => policy !== undefined && policy !== 'noeviction');
  return dropping ?? (one && other);
}

/** Returns the worse one. From the worst: `false`, unknown, `true`. */
function worseFlag(one: boolean | undefined, other: boolean | undefined): boolean | undefined {
  if (one === false || other === false) return false;
  return one && other;
}

function compareVersions(one: string, other: string): number {
  return one.localeCompare(other, 'en', { numeric: true });
}
