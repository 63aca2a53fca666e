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

/** Where the queues live. BullMQ has the same behaviour on both; Redis is the fast one. */
export type QueueBackend =
  /** One Redis, or a cluster: see `parseRedisUrl`. */
  | { readonly kind: 'redis'; readonly url: string }
  | { readonly kind: 'postgres'; readonly url: string };

export interface QueueLocation {
  readonly backend: QueueBackend;
  /**
   * Namespace of all keys; in Postgres, of the schema. Letters, digits, `_` and `-`.
   * On Redis it becomes a hash tag, which keeps a queue's keys on one node of a cluster.
   */
  readonly prefix?: string;
  /** Which partition of the live queue; 0 when absent. On Postgres there is one alone. */
  readonly partition?: number;
}

export type JobQueue = Queue<JobData, void>;
/** Only people read the copies of dead letters, so their shape is no contract. */
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
      const place = redisQueueKey(location, name);
      const queue: JobQueue = new Queue(
        place.name,
        { ...options, prefix: place.prefix, connection: {} },
        redisBackend(parseRedisUrl(backend.url), policy, place.prefix),
      );
      if (policy.kind === 'fail-fast') void gatherCommands(queue);
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

/** Opens a worker that waits for `run`. */
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
      const place = redisQueueKey(location, name);
      const worker: JobWorker = new BackoffWorker(
        place.name,
        processJob,
        { ...common, prefix: place.prefix, connection: {} },
        redisBackend(parseRedisUrl(backend.url), { kind: 'wait' }, place.prefix),
        tracker,
      );
      void gatherCommands(worker);
      return worker.on('error', onError);
    }
    case 'postgres': {
      const connection = postgresConnection(location, { kind: 'wait' });
      const patient = { ...common, connection };
      const worker = new BackoffWorker(name, processJob, patient, createPostgresBackend, tracker);
      return (worker as unknown as JobWorker).on('error', onError);
    }
  }
}

async function gatherCommands(queue: JobQueue | JobWorker): Promise<void> {
  try {
    batchSocketWrites(await queue.backend.client);
  } catch {
    // There is no connection: the next call on the queue rejects.
  }
}

/** What a queue is called on Redis, and what its keys start with. */
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
