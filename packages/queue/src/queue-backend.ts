import {
  createPostgresBackend,
  createRedisBackend,
  type Processor,
  Queue,
  type RedisQueueBackend,
  type WorkerOptions,
} from 'bullmq';
import { breakWhenSilent } from './break-when-silent.ts';
import { clusterBackend } from './cluster-backend.ts';
import { gatherWrites } from './gather-writes.ts';
import type { JobData } from './job-contract.ts';
import { type QueuePlace, queuePlace } from './partition-place.ts';
import { PatientWorker } from './patient-worker.ts';
import { parseRedisUrl } from './redis-address.ts';

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
/** Dead letters' copies are read by people alone, so their shape is nobody's contract. */
export type DeadQueue = Pick<Queue, 'add'>;
export type JobWorker = PatientWorker<RedisQueueBackend>;

/**
 * How a connection behaves while the other side is away. `fail-fast`: a command gives up within
 * about `timeoutMs`, for somebody who waits for an answer; where that one bounds his calls himself
 * (`isBounded`), commands have no clock of their own, which would be set for each. `wait`: a
 * command waits for as long as it takes, for a worker that has nothing better to do.
 */
export type Patience =
  | { readonly kind: 'fail-fast'; readonly timeoutMs: number; readonly isBounded?: true }
  | { readonly kind: 'wait' };

const defaultPrefix = 'sinch';
const connectTimeoutMs = 5_000;
const longestReconnectDelayMs = 2_000;
const eventStreamLength = 1_000;
const poolSize = { 'fail-fast': 4, wait: 10 } as const;

/**
 * Opens a queue. It connects at once, in the background.
 * @param onError hears of every trouble with the connection; BullMQ throws where nobody listens.
 */
export function openQueue(
  location: QueueLocation,
  name: string,
  patience: Patience,
  onError: (error: Error) => void,
): JobQueue {
  const options = {
    skipWaitingForReady: patience.kind === 'fail-fast',
    streams: { events: { maxLen: eventStreamLength } },
  };
  const { backend } = location;
  switch (backend.kind) {
    case 'redis': {
      const place = redisPlace(location, name);
      const { factory, ...redis } = redisBackend(backend.url, patience, place);
      const queue: JobQueue = new Queue(place.name, { ...options, ...redis }, factory);
      if (patience.kind === 'fail-fast') void gatherCommands(queue);
      return queue.on('error', onError);
    }
    case 'postgres': {
      const connection = postgresConnection(location, patience);
      const queue = new Queue(name, { ...options, connection }, createPostgresBackend);
      // The two differ in the type of their backend alone, which nobody here looks at.
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
): JobWorker {
  const { backend } = location;
  const common = { ...options, autorun: false };
  switch (backend.kind) {
    case 'redis': {
      const place = redisPlace(location, name);
      const { factory, ...redis } = redisBackend(backend.url, { kind: 'wait' }, place);
      const worker: JobWorker = new PatientWorker(
        place.name,
        processJob,
        { ...common, ...redis },
        factory,
      );
      void gatherCommands(worker);
      return worker.on('error', onError);
    }
    case 'postgres': {
      const connection = postgresConnection(location, { kind: 'wait' });
      const patient = { ...common, connection };
      const worker = new PatientWorker(name, processJob, patient, createPostgresBackend);
      return (worker as unknown as JobWorker).on('error', onError);
    }
  }
}

/** How BullMQ is to connect, and by what. */
function redisBackend(url: string, patience: Patience, { prefix }: QueuePlace) {
  const address = parseRedisUrl(url);
  switch (address.kind) {
    case 'single': {
      const connection = redisConnection(address.url, patience);
      return { prefix, connection, factory: createRedisBackend };
    }
    case 'cluster':
      return { prefix, connection: {}, factory: clusterBackend(address, patience, prefix) };
  }
}

async function gatherCommands(queue: JobQueue | JobWorker): Promise<void> {
  try {
    gatherWrites(await queue.backend.client);
  } catch {
    // There is no connection: whoever uses the queue hears of it.
  }
}

/** How ioredis is to connect to one Redis. */
export function redisConnection(url: string, patience: Patience) {
  const reconnect = {
    url,
    retryStrategy: (times: number) => Math.min(times * 100, longestReconnectDelayMs),
    // After a failover the old primary may keep its connections and refuse every write. Who is
    // patient has the command sent again over the new connection, others hear of it at once.
    reconnectOnError: (error: Error) =>
      error.message.startsWith('READONLY') && (patience.kind === 'wait' ? 2 : 1),
  };
  if (patience.kind === 'wait') {
    return { ...reconnect, connectTimeout: connectTimeoutMs, maxRetriesPerRequest: null };
  }
  const { timeoutMs } = patience;
  return {
    ...reconnect,
    connectTimeout: timeoutMs,
    ...(!patience.isBounded && { commandTimeout: timeoutMs }),
    maxRetriesPerRequest: 1,
  };
}

/** How pg is to connect, and the schema that the queue has for itself. */
export function postgresConnection(
  { backend, prefix = defaultPrefix }: QueueLocation,
  patience: Patience,
) {
  const { kind } = patience;
  return {
    connectionString: backend.url,
    schema: `${prefix.replaceAll('-', '_')}_queue`,
    max: poolSize[kind],
    connectionTimeoutMillis: kind === 'wait' ? connectTimeoutMs : patience.timeoutMs,
    // A query that is never answered would keep its connection for hours.
    ...(kind === 'fail-fast' && { query_timeout: patience.timeoutMs }),
    application_name: 'sinch-callbacks-queue',
    keepAlive: true,
    // Of the pool alone. What listens is silent by nature, and has keep-alive probes.
    onConnect: breakWhenSilent,
  };
}

/** What a queue is called on Redis, and what its keys start with. */
export function redisPlace(
  { prefix = defaultPrefix, partition }: QueueLocation,
  name: string,
): QueuePlace {
  return queuePlace(prefix, name, partition);
}
