import {
  createPostgresBackend,
  type Processor,
  Queue,
  type RedisQueueBackend,
  type WorkerOptions,
} from 'bullmq';
import type { Cluster, Redis } from 'ioredis';
import type { JobData } from '../contract/job-contract.ts';
import { defaultPrefix, type QueueKey, queueKey } from '../contract/queue-names.ts';
import { BackoffWorker, type JobTracker } from './backoff-worker.ts';
import { batchSocketWrites } from './batch-socket-writes.ts';
import type { ConnectPolicy } from './connect-policy.ts';
import { postgresConnection } from './postgres-connection.ts';
import { parseRedisUrl } from './redis-address.ts';
import { redisBackend } from './redis-backend.ts';

/** The server of the queues. BullMQ behaves the same on both; Redis is the fast one. */
export type QueueBackend =
  /** One Redis, or a cluster: see `parseRedisUrl`. */
  | { readonly kind: 'redis'; readonly url: string }
  | { readonly kind: 'postgres'; readonly url: string };

export interface QueueLocation {
  readonly backend: QueueBackend;
  /**
   * The namespace of all keys; on Postgres, of the schema. Letters, digits, `_` and `-`.
   * On Redis it becomes a hash tag, which keeps a queue's keys on one node of a cluster.
   */
  readonly prefix?: string;
  /** The partition of the live queue; 0 when absent. A queue on Postgres has only one. */
  readonly partition?: number;
}

export type JobQueue = Queue<JobData, void>;
/** The queue of dead letters' copies. Only people read them, so their shape is no contract. */
export type DeadQueue = Pick<Queue, 'add'>;
export type JobWorker = BackoffWorker<RedisQueueBackend>;

const eventStreamLength = 1_000;

/**
 * Opens a queue. It connects at once, in the background.
 * @param onError is called with every connection error; without a listener BullMQ throws it.
 */
export function openQueue(
  location: QueueLocation,
  name: string,
  policy: ConnectPolicy,
  onError: (error: Error) => void,
): JobQueue {
  const options = {
    skipWaitingForReady: policy.kind === 'fail-fast',
    streams: { events: { maxLen: eventStreamLength } },
  };
  const { backend } = location;
  switch (backend.kind) {
    case 'redis': {
      const key = redisQueueKey(location, name);
      const queue: JobQueue = new Queue(
        key.name,
        { ...options, prefix: key.prefix, connection: {} },
        redisBackend(parseRedisUrl(backend.url), policy, key.prefix),
      );
      if (policy.kind === 'fail-fast') void batchCommands(queue);
      return queue.on('error', onError);
    }
    case 'postgres': {
      const connection = postgresConnection(location, policy);
      const queue = new Queue(name, { ...options, connection }, createPostgresBackend);
      // The two differ only in the type of their backend, which is not used here.
      return (queue as unknown as JobQueue).on('error', onError);
    }
  }
}

/** Opens a worker, which takes no job before its `run` is called. */
export function openWorker(
  location: QueueLocation,
  name: string,
  processJob: Processor<JobData, void>,
  options: Omit<WorkerOptions, 'connection' | 'prefix' | 'autorun'>,
  onError: (error: Error) => void,
  tracker?: JobTracker,
): JobWorker {
  const { backend } = location;
  const common = { ...options, autorun: false };
  switch (backend.kind) {
    case 'redis': {
      const key = redisQueueKey(location, name);
      const worker: JobWorker = new BackoffWorker(
        key.name,
        processJob,
        { ...common, prefix: key.prefix, connection: {} },
        redisBackend(parseRedisUrl(backend.url), { kind: 'wait' }, key.prefix),
        tracker,
      );
      void batchCommands(worker);
      return worker.on('error', onError);
    }
    case 'postgres': {
      const connection = postgresConnection(location, { kind: 'wait' });
      const workerOptions = { ...common, connection };
      const worker = new BackoffWorker(
        name,
        processJob,
        workerOptions,
        createPostgresBackend,
        tracker,
      );
      return (worker as unknown as JobWorker).on('error', onError);
    }
  }
}

async function batchCommands(queue: JobQueue | JobWorker): Promise<void> {
  try {
    batchSocketWrites(await queue.backend.client);
  } catch {
    // There is no connection: the next call on the queue rejects.
  }
}

/** A listener for connection errors where every call rejects when the connection breaks. */
export function ignoreError(): void {
  return;
}

/**
 * Closes a queue by force. Closing it in the usual way waits for its first connection, and one that
 * never succeeds would be tried for ever, beside the hundreds that are opened after it.
 */
export async function dropQueue(queue: JobQueue): Promise<void> {
  try {
    await queue.backend.close(true);
  } catch {
    // It is dropped because it does not work, or is not used any more.
  }
}

/** The name of a queue on Redis, and the beginning of its keys. */
export function redisQueueKey(
  { prefix = defaultPrefix, partition }: QueueLocation,
  name: string,
): QueueKey {
  return queueKey(prefix, name, partition);
}

/** The client of a queue on Redis. BullMQ's type of it has only what BullMQ itself calls. */
export async function redisOf(queue: JobQueue): Promise<Redis | Cluster> {
  return (await queue.backend.client) as unknown as Redis | Cluster;
}
