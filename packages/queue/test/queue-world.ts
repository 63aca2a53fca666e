import { randomUUID } from 'node:crypto';
import { type CallbackEvent, encodeRawBody, eventKey } from '@sinch-callbacks/core';
import { until } from '@sinch-callbacks/testing/processes';
import { createDatabase, type TestDatabase } from '@sinch-callbacks/testing/servers';
import type {} from '@sinch-callbacks/testing/vitest';
import { afterAll, afterEach, beforeAll, beforeEach, expect, inject } from 'vitest';
import {
  type Consumer,
  type ConsumerOptions,
  type FailureClass,
  type HandleOutcome,
  type LetterToBury,
  migrateQueue,
  openConsumer,
  openProducer,
  type QueueLocation,
  queueNames,
} from '../src/index.ts';
import { type JobQueue, openQueue } from '../src/queue-backend.ts';

/** The contract holds on both. */
export const backendKinds = ['redis', 'postgres'] as const;

export interface Consuming {
  readonly consumer: Consumer;
  readonly handled: { readonly event: CallbackEvent; readonly attempt: number }[];
  readonly letters: LetterToBury[];
}

/** For each test a queue of its own; everything that a test opens is closed after it. */
export interface QueueWorld {
  readonly location: () => QueueLocation;
  /** Has it closed after the test, the last one first. */
  closing<T extends { close(): Promise<void> }>(opened: T): T;
  /** Queues the events, three attempts each, with hardly a pause between them. */
  produce(...events: CallbackEvent[]): Promise<void>;
  /** Starts a consumer that keeps what it was given, and answers as it is told. */
  consume(
    answer: (event: CallbackEvent, attempt: number) => Promise<HandleOutcome> | HandleOutcome,
    changes?: Partial<ConsumerOptions>,
  ): Promise<Consuming>;
  openDead(): JobQueue;
  openLive(): JobQueue;
}

/** Registers the hooks of the `describe` that it is called in. */
export function useQueueWorld(kind: (typeof backendKinds)[number]): QueueWorld {
  let postgres: TestDatabase;
  let location: QueueLocation;
  let closers: (() => Promise<void>)[] = [];

  beforeAll(async () => {
    postgres = await createDatabase(inject('postgresUrl'));
  });

  afterAll(async () => {
    await postgres.drop();
  });

  beforeEach(async () => {
    const url = kind === 'redis' ? inject('redisUrl') : postgres.url;
    location = { backend: { kind, url }, prefix: `t${randomUUID().slice(0, 8)}` };
    await migrateQueue(location);
  });

  afterEach(async () => {
    for (const close of closers.toReversed()) await close();
    closers = [];
  });

  function closing<T extends { close(): Promise<void> }>(opened: T): T {
    closers.push(async () => await opened.close());
    return opened;
  }

  const open = (name: string) =>
    closing(openQueue(location, name, { kind: 'wait' }, () => undefined));

  return {
    location: () => location,
    closing,
    async produce(...events) {
      const retry = { maxAttempts: 3, firstPauseMs: 20 };
      const producer = closing(openProducer({ ...location, retry }));
      for (const event of events) expect(await producer.enqueue(event)).toEqual({ kind: 'queued' });
    },
    async consume(answer, changes = {}) {
      const handled: Consuming['handled'] = [];
      const letters: LetterToBury[] = [];
      const consumer = closing(
        openConsumer({
          ...location,
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
        }),
      );
      await consumer.start();
      return { consumer, handled, letters };
    },
    openDead: () => open(queueNames.dead),
    openLive: () => open(queueNames.live),
  };
}

let made = 0;

/** An event of its own. */
export function eventOf(text: string): CallbackEvent {
  const rawBody = Buffer.from(JSON.stringify({ message: { id: text } }));
  made += 1;
  return {
    key: eventKey('MESSAGE_INBOUND', `01E${made}`, rawBody),
    trigger: 'MESSAGE_INBOUND',
    entityId: `01E${made}`,
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

/** Generous: what is awaited comes in a moment, or not at all. */
export function limit(what: string) {
  return { what, timeoutMs: 40_000 };
}

export async function becomes(list: readonly unknown[], length: number): Promise<void> {
  await until(() => list.length >= length, limit(`${length} entries`));
}
