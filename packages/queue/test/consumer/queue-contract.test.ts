import { encodeRawBody } from '@sinch-callbacks/core';
import { until } from '@sinch-callbacks/dev-env/processes';
import { describe, expect, it } from 'vitest';
import { createByteBudget, openReplayLane } from '../../src/index.ts';
import {
  becomes,
  done,
  eventOf,
  failed,
  limit,
  serverKinds,
  useQueueHarness,
} from '../queue-harness.ts';

describe.each(serverKinds)('the queue on %s', (kind) => {
  const harness = useQueueHarness(kind);

  it('hands over an event exactly as it was put in', async () => {
    const event = eventOf('Grüße \ud83d\ude00');
    const { handled } = await harness.consume(done);
    await harness.produce(event);
    await becomes(handled, 1);
    expect(handled).toEqual([{ event, attempt: 1 }]);
  });

  it('hands over bytes that are no text exactly as they were', async () => {
    const rawBody = encodeRawBody(Buffer.from([0xff, 0x00, 0x7b]));
    const event = { ...eventOf('x'), rawBody };
    const { handled } = await harness.consume(done);
    await harness.produce(event);
    await becomes(handled, 1);
    expect(handled[0]?.event.rawBody).toEqual(rawBody);
  });

  it('takes an event once that is put in again, before and after it was handled', async () => {
    const [event, other] = [eventOf('one'), eventOf('other')];
    await harness.produce(event, event);
    const { handled, consumer } = await harness.consume(done);
    await until(() => consumer.finishedJobs() === 1, limit('the first to finish'));
    await harness.produce(event, other);
    await until(() => consumer.finishedJobs() === 2, limit('the other to finish'));
    expect(handled.map((entry) => entry.event.key)).toEqual([event.key, other.key]);
  });

  it('tries again after a transient failure, and counts the attempts', async () => {
    const { handled, letters, consumer } = await harness.consume((_, attempt) =>
      attempt < 3 ? failed('transient') : { kind: 'done' },
    );
    await harness.produce(eventOf('one'));
    await until(() => handled.length === 3, limit('three attempts'));
    await until(async () => (await consumer.countWaiting()) === 0, limit('an empty queue'));
    expect(handled.map(({ attempt }) => attempt)).toEqual([1, 2, 3]);
    expect(letters).toEqual([]);
  });

  it('tries a blocked event for as long as it takes, more often than it has attempts, and counts none', async () => {
    const { handled, letters, consumer } = await harness.consume(() =>
      handled.length < 5 ? failed('blocked') : { kind: 'done' },
    );
    await harness.produce(eventOf('one'));
    await until(() => handled.length === 5, limit('five tries'));
    await until(async () => (await consumer.countWaiting()) === 0, limit('an empty queue'));
    expect(handled.map(({ attempt }) => attempt)).toEqual([1, 1, 1, 1, 1]);
    expect(letters).toEqual([]);
  });

  it('gives a returned event to the next worker, as if it had not been tried', async () => {
    const event = eventOf('one');
    const first = await harness.consume(() => ({ kind: 'returned' }));
    await harness.produce(event);
    await until(() => first.handled.length > 0, limit('the first worker to see it'));
    await first.consumer.stopTaking();
    const second = await harness.consume(done);
    await becomes(second.handled, 1);
    expect(second.handled).toEqual([{ event, attempt: 1 }]);
  });

  it('replays an event that it still holds, once for each replay number', async () => {
    const event = eventOf('one');
    const live = await harness.consume(done);
    await harness.produce(event);
    await becomes(live.handled, 1);
    const lane = harness.closing(openReplayLane(harness.location()));
    await lane.replay(event, 1);
    await lane.replay(event, 1);
    await lane.replay(event, 2);
    const replayed = await harness.consume(done, { lane: 'replay', ratePerSecond: 50 });
    await until(() => replayed.consumer.finishedJobs() === 2, limit('two replays'));
    expect(replayed.handled.map((entry) => entry.event)).toEqual([event, event]);
    expect(live.handled).toHaveLength(1);
  });

  it('leaves a job of a newer release to a newer worker', async () => {
    const { letters, handled } = await harness.consume(done);
    const live = harness.openLive();
    const options = { jobId: 'newer', attempts: 3, backoff: { type: 'fixed', delay: 60_000 } };
    await live.add('MESSAGE_INBOUND', { version: 2 } as never, options);
    await until(async () => (await live.getDelayedCount()) === 1, limit('it to be put off'));
    expect([letters, handled]).toEqual([[], []]);
  });

  it('has as many jobs in progress as were set last, on the way up and down', async () => {
    const waiting: (() => void)[] = [];
    const { consumer } = await harness.consume(
      async () => {
        await new Promise<void>((resolve) => {
          waiting.push(resolve);
        });
        return { kind: 'done' };
      },
      { concurrency: 1 },
    );
    const texts = Array.from({ length: 12 }, (_, n) => String(n));
    await harness.produce(...texts.map((text) => eventOf(text, '01ONEMESSAGE')));
    await becomes(waiting, 1);
    expect(consumer.jobsInProgress()).toBe(1);
    consumer.setConcurrency(4);
    waiting.shift()?.();
    await becomes(waiting, 4);
    expect(consumer.jobsInProgress()).toBe(4);
    consumer.setConcurrency(2);
    for (const finish of waiting.splice(0)) finish();
    await becomes(waiting, 2);
    await until(() => consumer.finishedJobs() === 5, limit('five to finish'));
    expect(waiting).toHaveLength(2);
    expect(await consumer.countWaiting()).toBe(5);
    consumer.setConcurrency(50);
    waiting.shift()?.();
    await becomes(waiting, 6);
    for (const finish of waiting.splice(0)) finish();
    await until(() => consumer.finishedJobs() === 12, limit('all to finish'));
    expect(consumer.jobsInProgress()).toBe(0);
  });

  it('fetches no more while as many bytes are in progress as may be, and applies all', async () => {
    const bodyLength = 1_000;
    const events = Array.from({ length: 20 }, (_, n) =>
      eventOf(`${n} ${'x'.repeat(bodyLength)}`, '01ONEMESSAGE'),
    );
    await harness.produce(...events);
    const waiting: (() => void)[] = [];
    const { handled, consumer } = await harness.consume(
      async () => {
        await new Promise<void>((resolve) => {
          waiting.push(resolve);
        });
        return done();
      },
      { bytes: createByteBudget(3 * bodyLength), concurrency: 20 },
    );
    for (let left = events.length; left > 0; left -= 1) {
      await becomes(waiting, Math.min(left, 3));
      expect(await consumer.countWaiting()).toBe(left - waiting.length);
      waiting.shift()?.();
    }
    expect(handled).toHaveLength(events.length);
  });

  it('stops with the jobs in progress finished and the others untouched', async () => {
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    const { handled, consumer } = await harness.consume(
      async () => {
        await released;
        return { kind: 'done' };
      },
      { concurrency: 2 },
    );
    await harness.produce(...['1', '2', '3', '4'].map((text) => eventOf(text, '01ONEMESSAGE')));
    await becomes(handled, 2);
    const stopped = consumer.stopTaking();
    release();
    await stopped;
    expect([consumer.finishedJobs(), await consumer.countWaiting()]).toEqual([2, 2]);
  });
});
