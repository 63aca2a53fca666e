import { setTimeout as sleep } from 'node:timers/promises';
import { Cluster, type Redis } from 'ioredis';
import { ignoreError, type QueueBackend } from '../connection/queue-backend.ts';
import { openRedis } from '../connection/redis-client.ts';
import { readInfo } from '../inspect/redis-info.ts';

/** The state of the file to which Redis appends every write, after it was asked to rewrite it. */
export type AppendOnlyFile =
  /** The queue is in Postgres. */
  | { readonly kind: 'no-redis' }
  /** Redis does not write one. Its snapshots, if any, hold the person until the next one. */
  | { readonly kind: 'off' }
  | { readonly kind: 'rewritten' }
  /** Redis began, and does not show when it ends: its `INFO` lacks the figures, or is refused. */
  | { readonly kind: 'begun' }
  /** It did not end in time; Redis is still rewriting it. */
  | { readonly kind: 'unfinished' }
  /**
   * Redis was rewriting it already, from before the erasure, all the time: it began no other one.
   */
  | { readonly kind: 'not-begun' }
  /** A managed Redis, or a user without the right. The file is rewritten when it has grown. */
  | { readonly kind: 'refused'; readonly reason: string }
  /** Redis tried and could not, as with a full disk. */
  | { readonly kind: 'failed'; readonly reason: string };

/** From the best: a cluster's file is in the worst state that a node has. */
const fromBest = [
  'no-redis',
  'off',
  'rewritten',
  'begun',
  'unfinished',
  'not-begun',
  'refused',
  'failed',
] as const satisfies AppendOnlyFile['kind'][];

const pollMs = 100;
/** For one command. */
const timeoutMs = 10_000;

/**
 * Asks Redis to rewrite its append-only file, and waits for the end: until then the file holds
 * every body that was ever queued. A cluster is asked at every node, replicas included.
 * @param withinMs the limit for the wait.
 * @throws when Redis, or a master of a cluster, does not answer.
 */
export async function rewriteAppendOnlyFile(
  backend: QueueBackend,
  withinMs: number,
): Promise<AppendOnlyFile> {
  if (backend.kind === 'postgres') return { kind: 'no-redis' };
  const client = openRedis(backend.url, { kind: 'fail-fast', timeoutMs });
  client.on('error', ignoreError);
  try {
    await client.ping();
    const isCluster = client instanceof Cluster;
    const masters = isCluster ? client.nodes('master') : [client];
    const replicas = isCluster ? client.nodes('slave') : [];
    const deadline = performance.now() + withinMs;
    const states = await Promise.all([
      ...masters.map((node) => rewriteOn(node, deadline)),
      ...replicas.map((node) => rewriteOnReplica(node, deadline)),
    ]);
    return states.reduce(worse);
  } finally {
    client.disconnect();
  }
}

function worse(one: AppendOnlyFile, other: AppendOnlyFile): AppendOnlyFile {
  return fromBest.indexOf(one.kind) < fromBest.indexOf(other.kind) ? other : one;
}

/**
 * A replica that is down keeps no erasure from its end: it copies its master again when it is back.
 */
export async function rewriteOnReplica(redis: Redis, deadline: number): Promise<AppendOnlyFile> {
  try {
    return await rewriteOn(redis, deadline);
  } catch (error) {
    const { message } = error instanceof Error ? error : new Error(String(error));
    return { kind: 'failed', reason: `a replica: ${message}` };
  }
}

async function rewriteOn(redis: Redis, deadline: number): Promise<AppendOnlyFile> {
  for (;;) {
    if ((await progressOf(redis)) === 'off') return { kind: 'off' };
    const answer = await ask(redis);
    if (answer.kind !== 'begun' && answer.kind !== 'busy') return answer;
    const end = await waitForEnd(redis, deadline);
    if (answer.kind === 'begun') return end;
    // One that was in progress began before the person was erased.
    if (end.kind === 'unfinished' || end.kind === 'begun') return { kind: 'not-begun' };
  }
}

/** While a snapshot is being saved, Redis begins afterwards by itself. */
async function ask(redis: Redis): Promise<AppendOnlyFile | { readonly kind: 'busy' }> {
  try {
    await redis.bgrewriteaof();
    return { kind: 'begun' };
  } catch (error) {
    if (!isReply(error)) throw error;
    const reason = error.message;
    if (/already in progress/i.test(reason)) return { kind: 'busy' };
    return { kind: /can't execute/i.test(reason) ? 'failed' : 'refused', reason };
  }
}

async function waitForEnd(redis: Redis, deadline: number): Promise<AppendOnlyFile> {
  for (;;) {
    const progress = await progressOf(redis);
    switch (progress) {
      case 'unknown':
        return { kind: 'begun' };
      case 'off':
        return { kind: 'off' };
      case 'ok':
        return { kind: 'rewritten' };
      case 'err':
        return { kind: 'failed', reason: 'aof_last_bgrewrite_status:err' };
      case 'running':
        if (performance.now() >= deadline) return { kind: 'unfinished' };
        await sleep(pollMs);
    }
  }
}

async function progressOf(redis: Redis): Promise<'off' | 'running' | 'ok' | 'err' | 'unknown'> {
  const info = await readPersistence(redis);
  if (info.get('aof_enabled') === '0') return 'off';
  const flags = [info.get('aof_rewrite_in_progress'), info.get('aof_rewrite_scheduled')];
  if (flags.includes('1')) return 'running';
  const status = info.get('aof_last_bgrewrite_status');
  if (flags.includes(undefined) || status === undefined) return 'unknown';
  return status === 'ok' ? 'ok' : 'err';
}

async function readPersistence(redis: Redis): Promise<ReadonlyMap<string, string>> {
  try {
    return readInfo(await redis.info('persistence'));
  } catch (error) {
    if (!isReply(error)) throw error;
    return new Map();
  }
}

function isReply(error: unknown): error is Error {
  return error instanceof Error && error.name === 'ReplyError';
}
