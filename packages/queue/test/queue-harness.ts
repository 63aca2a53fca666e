import { randomUUID } from 'node:crypto';
import { type CallbackEvent, encodeRawBody, eventKey } from '@sinch-callbacks/core';
import { until } from '@sinch-callbacks/dev-env/processes';
import {
  createDatabase,
  type RedisCluster,
  startRedisCluster,
  type TestDatabase,
} from '@sinch-callbacks/dev-env/servers';
import type {} from '@sinch-callbacks/dev-env/vitest';
import { afterAll, afterEach, beforeAll, beforeEach, expect, inject } from 'vitest';
import { ignoreError, type JobQueue, openQueue } from '../src/connection/queue-backend.ts';
import {
  type Consumer,
  type ConsumerOptions,
  type FailureClass,
  type HandleOutcome,
  migrateQueue,
  type NewDeadLetter,
  openConsumer,
  openPartitionedProducer,
  openProducer,
  type QueueLocation,
  queueNames,
} from '../src/index.ts';
import { choosePartition } from '../src/producer/partitioned-producer.ts';

/** The kinds of a single server, behind which a proxy can stand. */
export const backendKinds = ['redis', 'postgres'] as const;
/** All kinds. The contract holds on each; the cluster's live queue has three partitions. */
export const serverKinds = [...backendKinds, 'cluster'] as const;

export interface Consuming {
  readonly consumer: Consumer;
  readonly handled: { readonly event: CallbackEvent; readonly attempt: number }[];
  readonly letters: NewDeadLetter[];
}

/** A queue of its own for each test. Everything that a test opens is closed after it. */
export interface QueueHarness {
  readonly location: () => QueueLocation;
  /** Closes it after the test, the last one first. */
  closing<T extends { close(): Promise<void> }>(opened: T): T;
  /** Closes everything now. */
  closeAll(): Promise<void>;
  /** Queues the events, with three attempts each and 20 ms before the second. */
  produce(...events: CallbackEvent[]): Promise<void>;
  /** Starts a consumer that records its events, and answers each by `answer`. */
  consume(
    answer: (event: CallbackEvent, attempt: number) => Promise<HandleOutcome> | HandleOutcome,
    changes?: Partial<ConsumerOptions>,
  ): Promise<Consuming>;
  openDead(): JobQueue;
  /** Opens the live queue's partition with this event; without one, the first partition. */
  openLive(event?: CallbackEvent): JobQueue;
  /** Counts the jobs in the live queue's failed set. */
  countFailed(): Promise<number>;
  partitionOf(event: CallbackEvent): number;
  /** @throws where there is none. */
  cluster(): RedisCluster;
}

/** Registers the hooks of the `describe` that it is called in. */
export function useQueueHarness(kind: (typeof serverKinds)[number]): QueueHarness {
  const partitions = kind === 'cluster' ? 3 : 1;
  let postgres: TestDatabase;
  let cluster: RedisCluster | undefined;
  let location: QueueLocation;
  let closers: (() => Promise<void>)[] = [];

  beforeAll(async () => {
    postgres = await createDatabase(inject('postgresUrl'));
    if (kind === 'cluster') cluster = await startRedisCluster();
  }, 120_000);

  afterAll(async () => {
    await Promise.all([postgres.drop(), cluster?.close()]);
  });

  beforeEach(async () => {
    const redisUrl = cluster?.url ?? inject('redisUrl');
    const backend =
      kind === 'postgres'
        ? { kind, url: postgres.url }
        : ({ kind: 'redis', url: redisUrl } as const);
    location = { backend, prefix: `t${randomUUID().slice(0, 8)}` };
    await migrateQueue(location);
  });

  async function closeAll(): Promise<void> {
    const open = closers.toReversed();
    closers = [];
    for (const close of open) await close();
  }

  afterEach(closeAll);

  function closing<T extends { close(): Promise<void> }>(opened: T): T {
    closers.push(async () => await opened.close());
    return opened;
  }

  const open = (name: string, partition = 0) =>
    closing(openQueue({ ...location, partition }, name, { kind: 'wait' }, ignoreError));
  const partitionOf = (event: CallbackEvent) => choosePartition(event, partitions);

  return {
    location: () => location,
    closing,
    closeAll,
    async produce(...events) {
      const retry = { maxAttempts: 3, firstPauseMs: 20 };
      const producer = closing(
        openPartitionedProducer(partitions, (partition) =>
          openProducer({ ...location, partition, retry }),
        ),
      );
      for (const event of events) expect(await producer.enqueue(event)).toEqual({ kind: 'queued' });
    },
    async consume(answer, changes = {}) {
      const handled: Consuming['handled'] = [];
      const letters: NewDeadLetter[] = [];
      const openOne = (partition: number) =>
        openConsumer({
          ...location,
          partition,
          lane: 'live',
          concurrency: 5,
          handle: async (event, attempt) => {
            handled.push({ event, attempt });
            return await answer(event, attempt);
          },
          recordLetter: async (letter) => {
            letters.push(letter);
            return await Promise.resolve('recorded');
          },
          report: () => undefined,
          now: () => new Date('2026-01-02T03:04:05Z'),
          onConnectionError: () => undefined,
          ...changes,
        });
      const count = changes.lane === 'replay' ? 1 : partitions;
      const opened = Array.from({ length: count }, (_, partition) => openOne(partition));
      const consumer = closing(joinConsumers(opened));
      await consumer.start();
      return { consumer, handled, letters };
    },
    openDead: () => open(queueNames.dead),
    openLive: (event) => open(queueNames.live, event && partitionOf(event)),
    async countFailed() {
      const queues = Array.from({ length: partitions }, (_, n) => open(queueNames.live, n));
      const counts = await Promise.all(queues.map((queue) => queue.getFailedCount()));
      return counts.reduce((sum, count) => sum + count, 0);
    },
    partitionOf,
    cluster() {
      if (cluster === undefined) throw new Error('This queue is not on a cluster.');
      return cluster;
    },
  };
}

/** Counts the live queue's waiting jobs, over a connection of its own. */
export async function countWaiting(location: QueueLocation): Promise<number> {
  const queue = openQueue(location, queueNames.live, { kind: 'wait' }, ignoreError);
  try {
    return await queue.getWaitingCount();
  } finally {
    await queue.close();
  }
}

let made = 0;

/** Makes an event of its own, of a new message unless one is given. */
export function eventOf(text: string, messageId?: string): CallbackEvent {
  const rawBody = Buffer.from(JSON.stringify({ message: { id: text } }));
  made += 1;
  const entityId = messageId ?? `01E${made}`;
  return {
    key: eventKey('MESSAGE_INBOUND', entityId, rawBody),
    trigger: 'MESSAGE_INBOUND',
    entityId,
    rawBody: encodeRawBody(rawBody),
    receivedAt: '2026-01-02T03:04:05.678Z',
    signature: { timestampSeconds: 1, nonce: 'n', secretPosition: 0, isStale: false },
  };
}

export function done(): HandleOutcome {
  return { kind: 'done' };
}

export function failed(failureClass: FailureClass): HandleOutcome {
  return { kind: 'failed', failureClass, message: 'no', stack: undefined };
}

/** Generous: most waits end in a moment, or never. */
export function limit(what: string) {
  return { what, timeoutMs: 40_000 };
}

export async function becomes(list: readonly unknown[], length: number): Promise<void> {
  await until(() => list.length >= length, limit(`${length} entries`));
}

/** Joins the consumers of all partitions, for tests of a queue as a whole. */
function joinConsumers(consumers: readonly Consumer[]): Consumer {
  const sum = (numbers: readonly number[]) => numbers.reduce((total, one) => total + one, 0);
  const all = async (act: (consumer: Consumer) => Promise<void>) => {
    await Promise.all(consumers.map(act));
  };
  return {
    start: async () => await all((consumer) => consumer.start()),
    stopTaking: async () => await all((consumer) => consumer.stopTaking()),
    close: async () => await all((consumer) => consumer.close()),
    finishedJobs: () => sum(consumers.map((consumer) => consumer.finishedJobs())),
    jobsInProgress: () => sum(consumers.map((consumer) => consumer.jobsInProgress())),
    oldestInProgress: () => consumers.map((consumer) => consumer.oldestInProgress()).find(Boolean),
    connectionErrors: () => sum(consumers.map((consumer) => consumer.connectionErrors())),
    isRefused: () => consumers.some((consumer) => consumer.isRefused()),
    countWaiting: async () =>
      sum(await Promise.all(consumers.map((consumer) => consumer.countWaiting()))),
    stock: async () => await Promise.reject(new Error('each consumer has its own stock')),
    setConcurrency(concurrency) {
      for (const consumer of consumers) consumer.setConcurrency(concurrency);
    },
  };
}
