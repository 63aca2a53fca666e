import { randomUUID } from 'node:crypto';
import { type CallbackEvent, encodeRawBody, eventKey } from '@sinch-callbacks/core';
import { until } from '@sinch-callbacks/testing/processes';
import {
  createDatabase,
  openCuttableProxy,
  type TestDatabase,
} from '@sinch-callbacks/testing/servers';
import type {} from '@sinch-callbacks/testing/vitest';
import { UnrecoverableError } from 'bullmq';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import {
  type Consumer,
  type ConsumerOptions,
  type HandleOutcome,
  type LetterToBury,
  migrateQueue,
  openConsumer,
  openProducer,
  openReplayLane,
  type QueueLocation,
  queueNames,
} from '../src/index.ts';
import { openQueue, openWorker } from '../src/queue-backend.ts';

const kinds = ['redis', 'postgres'] as const;

describe.each(kinds)('the queue on %s', (kind) => {
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

  /** Closed after the test, the last one first. */
  function closing<T extends { close(): Promise<void> }>(opened: T): T {
    closers.push(async () => await opened.close());
    return opened;
  }

  const produce = async (...events: CallbackEvent[]) => {
    const retry = { maxAttempts: 3, firstPauseMs: 20 };
    const producer = closing(openProducer({ ...location, retry }));
    for (const event of events) expect(await producer.enqueue(event)).toEqual({ kind: 'queued' });
  };

  /** A consumer that keeps what it was given, and answers as it is told. */
  async function consume(
    answer: (event: CallbackEvent, attempt: number) => Promise<HandleOutcome> | HandleOutcome,
    changes: Partial<ConsumerOptions> = {},
  ) {
    const handled: { event: CallbackEvent; attempt: number }[] = [];
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
  }

  const openDead = () =>
    closing(openQueue(location, queueNames.dead, { kind: 'wait' }, () => undefined));
  const openLive = () =>
    closing(openQueue(location, queueNames.live, { kind: 'wait' }, () => undefined));

  it('hands over an event exactly as it was put in', async () => {
    const event = eventOf('Grüße \ud83d\ude00');
    const { handled } = await consume(done);
    await produce(event);
    await becomes(handled, 1);
    expect(handled).toEqual([{ event, attempt: 1 }]);
  });

  it('hands over bytes that are no text exactly as they were', async () => {
    const rawBody = encodeRawBody(Buffer.from([0xff, 0x00, 0x7b]));
    const event = { ...eventOf('x'), rawBody };
    const { handled } = await consume(done);
    await produce(event);
    await becomes(handled, 1);
    expect(handled[0]?.event.rawBody).toEqual(rawBody);
  });

  it('takes an event once that is put in again, before and after it was handled', async () => {
    const [event, other] = [eventOf('one'), eventOf('other')];
    await produce(event, event);
    const { handled, consumer } = await consume(done);
    await until(() => consumer.finishedJobs() === 1, limit('the first to finish'));
    await produce(event, other);
    await until(() => consumer.finishedJobs() === 2, limit('the other to finish'));
    expect(handled.map((entry) => entry.event.key)).toEqual([event.key, other.key]);
  });

  it('tries again after a transient failure, and counts the attempts', async () => {
    const { handled, letters, consumer } = await consume((_, attempt) =>
      attempt < 3 ? failed('transient') : { kind: 'done' },
    );
    await produce(eventOf('one'));
    await until(() => handled.length === 3, limit('three attempts'));
    await until(async () => (await consumer.countWaiting()) === 0, limit('an empty queue'));
    expect(handled.map(({ attempt }) => attempt)).toEqual([1, 2, 3]);
    expect(letters).toEqual([]);
  });

  it('buries an event with the history of all its attempts when they are used up', async () => {
    const event = eventOf('one');
    const { letters } = await consume(() => failed('transient'));
    await produce(event);
    await becomes(letters, 1);
    expect(letters).toMatchObject([
      {
        event,
        replay: 0,
        cause: 'attempts-exhausted',
        message: 'no',
        attempts: [1, 2, 3].map((attempt) => ({ attempt, errorClass: 'transient', message: 'no' })),
      },
    ]);
    await until(async () => (await openDead().getWaitingCount()) === 1, limit('the copy to show'));
  });

  it('buries an event at once when no retry can help', async () => {
    const event = eventOf('one');
    const { handled, letters } = await consume(() => failed('permanent'));
    await produce(event);
    const dead = openDead();
    await until(async () => (await dead.getWaitingCount()) === 1, limit('the copy to show'));
    expect(handled).toHaveLength(1);
    expect(letters).toMatchObject([{ cause: 'permanent' }]);
    expect((await dead.getJob(event.key))?.data).toMatchObject({ key: event.key, message: 'no' });
  });

  it('buries once more when the record or the copy could not be written', async () => {
    let calls = 0;
    const { letters } = await consume(() => failed('permanent'), {
      recordLetter: async (letter) => {
        calls += 1;
        if (calls === 1) throw new Error('the process lost its footing between the two writes');
        letters.push(letter);
        return await Promise.resolve('recorded');
      },
    });
    await produce(eventOf('one'));
    await becomes(letters, 1);
    await until(async () => (await openDead().getWaitingCount()) === 1, limit('the copy to show'));
  });

  it('gives a returned event to the next worker, as if it had not been tried', async () => {
    const event = eventOf('one');
    const first = await consume(() => ({ kind: 'returned' }));
    await produce(event);
    await until(() => first.handled.length > 0, limit('the first worker to see it'));
    await first.consumer.stopTaking();
    const second = await consume(done);
    await becomes(second.handled, 1);
    expect(second.handled).toEqual([{ event, attempt: 1 }]);
  });

  it('replays an event that it still holds, once for each replay number', async () => {
    const event = eventOf('one');
    const live = await consume(done);
    await produce(event);
    await becomes(live.handled, 1);
    const lane = closing(openReplayLane(location));
    await lane.replay(event, 1);
    await lane.replay(event, 1);
    await lane.replay(event, 2);
    const replayed = await consume(done, { lane: 'replay', ratePerSecond: 50 });
    await until(() => replayed.consumer.finishedJobs() === 2, limit('two replays'));
    expect(replayed.handled.map((entry) => entry.event)).toEqual([event, event]);
    expect(live.handled).toHaveLength(1);
  });

  it('takes a dead letter off the list, and does not mind one that is not there', async () => {
    const event = eventOf('one');
    await consume(() => failed('permanent'));
    await produce(event);
    const dead = openDead();
    await until(async () => (await dead.getWaitingCount()) === 1, limit('the copy to show'));
    const lane = closing(openReplayLane(location));
    await lane.removeDead(event.key);
    await lane.removeDead(event.key);
    expect(await dead.getWaitingCount()).toBe(0);
  });

  it('buries a job that it cannot read, with all that the job held', async () => {
    const { letters } = await consume(done);
    await openLive().add('MESSAGE_INBOUND', { stray: 'job' } as never, { jobId: 'stray' });
    await becomes(letters, 1);
    expect(letters).toMatchObject([
      { cause: 'malformed-job', event: { key: 'stray', rawBody: { text: '{"stray":"job"}' } } },
    ]);
  });

  it('leaves a job of a newer release to a newer worker', async () => {
    const { letters, handled } = await consume(done);
    const live = openLive();
    const options = { jobId: 'newer', attempts: 3, backoff: { type: 'fixed', delay: 60_000 } };
    await live.add('MESSAGE_INBOUND', { version: 2 } as never, options);
    await until(async () => (await live.getDelayedCount()) === 1, limit('it to be put off'));
    expect([letters, handled]).toEqual([[], []]);
  });

  it('buries what BullMQ itself has failed, and takes it out of the failed jobs', async () => {
    const event = eventOf('one');
    await produce(event);
    const live = openLive();
    const token = 'somebody who died';
    const worker = closing(
      openWorker(
        location,
        queueNames.live,
        async () => {},
        {},
        () => undefined,
      ),
    );
    const job = await worker.getNextJob(token);
    await job?.moveToFailed(new UnrecoverableError('stalled too often'), token, false);
    expect(await live.getFailedCount()).toBe(1);
    const { letters } = await consume(done);
    await becomes(letters, 1);
    expect(letters).toMatchObject([{ event, cause: 'quarantined' }]);
    await until(async () => (await live.getFailedCount()) === 0, limit('no failed job'));
    expect(await openDead().getWaitingCount()).toBe(1);
  });

  it('stops with the jobs in hand finished and the others untouched', async () => {
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    const { handled, consumer } = await consume(
      async () => {
        await released;
        return { kind: 'done' };
      },
      { concurrency: 2 },
    );
    await produce(...['1', '2', '3', '4'].map(eventOf));
    await becomes(handled, 2);
    const stopped = consumer.stopTaking();
    release();
    await stopped;
    expect([consumer.finishedJobs(), await consumer.countWaiting()]).toEqual([2, 2]);
  });

  describe('while it is away', () => {
    async function openBehindProxy(start: 'cut' | 'mended') {
      const proxy = closing(await openCuttableProxy(location.backend.url, start));
      return { proxy, away: { ...location, backend: { kind, url: proxy.url } } };
    }

    it('answers a producer in time, and works again by itself when it is back', async () => {
      const { proxy, away } = await openBehindProxy('cut');
      const producer = closing(openProducer({ ...away, timeoutMs: 500 }));
      expect(await producer.enqueue(eventOf('one'))).toMatchObject({ kind: 'unavailable' });
      expect(await producer.isReachable()).toBe(false);
      await proxy.mend();
      await until(async () => await producer.isReachable(), limit('the queue to be reachable'));
      expect(await producer.enqueue(eventOf('one'))).toEqual({ kind: 'queued' });
      await proxy.cut();
      expect(await producer.enqueue(eventOf('two'))).toMatchObject({ kind: 'unavailable' });
      await proxy.mend();
      await until(
        async () => (await producer.enqueue(eventOf('two'))).kind === 'queued',
        limit('the queue to take events again'),
      );
    });

    it('lets a consumer wait, at its start and later, and go on when it is back', async () => {
      const { proxy, away } = await openBehindProxy('cut');
      await produce(eventOf('one'));
      const starting = consume(done, away);
      await proxy.mend();
      const { handled } = await starting;
      await becomes(handled, 1);
      await proxy.cut();
      await produce(eventOf('two'));
      await proxy.mend();
      const live = openLive();
      await until(async () => (await live.getCompletedCount()) === 2, limit('both to finish'));
      expect(new Set(handled.map((entry) => entry.event.key)).size).toBe(2);
    });
  });
});

let made = 0;

function eventOf(text: string): CallbackEvent {
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

function done(): HandleOutcome {
  return { kind: 'done' };
}

function failed(failureClass: 'transient' | 'permanent'): HandleOutcome {
  return { kind: 'failed', failureClass, message: 'no', stack: undefined };
}

function limit(what: string) {
  return { what, timeoutMs: 40_000 };
}

async function becomes(list: readonly unknown[], length: number): Promise<void> {
  await until(() => list.length >= length, limit(`${length} entries`));
}
