import type { CallbackEvent } from '@sinch-callbacks/core';
import { until } from '@sinch-callbacks/dev-env/processes';
import { UnrecoverableError } from 'bullmq';
import { describe, expect, it } from 'vitest';
import { openWorker } from '../../src/connection/queue-backend.ts';
import { openReplayLane, queueNames } from '../../src/index.ts';
import {
  becomes,
  done,
  eventOf,
  failed,
  limit,
  serverKinds,
  useQueueHarness,
} from '../queue-harness.ts';

describe.each(serverKinds)('dead letters on %s', (kind) => {
  const harness = useQueueHarness(kind);

  it('dead-letters an event with the history of all its attempts when they are used up', async () => {
    const event = eventOf('one');
    const { letters } = await harness.consume(() => failed('transient'));
    await harness.produce(event);
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
    await until(
      async () => (await harness.openDead().getWaitingCount()) === 1,
      limit('the copy to show'),
    );
  });

  it('dead-letters an event at once when no retry can help', async () => {
    const event = eventOf('one');
    const { handled, letters } = await harness.consume(() => failed('permanent'));
    await harness.produce(event);
    const dead = harness.openDead();
    await until(async () => (await dead.getWaitingCount()) === 1, limit('the copy to show'));
    expect(handled).toHaveLength(1);
    expect(letters).toMatchObject([{ cause: 'permanent' }]);
    expect((await dead.getJob(event.key))?.data).toMatchObject({ key: event.key, message: 'no' });
  });

  it('dead-letters once more when the record or the copy could not be written', async () => {
    let calls = 0;
    const { letters } = await harness.consume(() => failed('permanent'), {
      recordLetter: async (letter) => {
        calls += 1;
        if (calls === 1) throw new Error('the process failed between the two writes');
        letters.push(letter);
        return await Promise.resolve('recorded');
      },
    });
    await harness.produce(eventOf('one'));
    await becomes(letters, 1);
    await until(
      async () => (await harness.openDead().getWaitingCount()) === 1,
      limit('the copy to show'),
    );
  });

  it('takes a dead letter off the list, and does not mind one that is not there', async () => {
    const event = eventOf('one');
    await harness.consume(() => failed('permanent'));
    await harness.produce(event);
    const dead = harness.openDead();
    await until(async () => (await dead.getWaitingCount()) === 1, limit('the copy to show'));
    const lane = harness.closing(openReplayLane(harness.location()));
    await lane.removeDead(event.key);
    await lane.removeDead(event.key);
    expect(await dead.getWaitingCount()).toBe(0);
  });

  it('dead-letters a job that it cannot read, with all that the job held, whatever its id', async () => {
    const { letters } = await harness.consume(done);
    const live = harness.openLive();
    await live.add('MESSAGE_INBOUND', { stray: 'job' } as never);
    await becomes(letters, 1);
    expect(letters).toMatchObject([
      {
        cause: 'malformed-job',
        event: {
          key: expect.stringMatching(/^UNREADABLE\.-\.[0-9a-f]{32}$/),
          rawBody: { text: '{"stray":"job"}' },
        },
      },
    ]);
    const dead = harness.openDead();
    await until(async () => (await dead.getWaitingCount()) === 1, limit('the copy to show'));
  });

  it('shows no dead letter of an event that was applied after all', async () => {
    const { handled, consumer } = await harness.consume(() => failed('permanent'), {
      recordLetter: async () => await Promise.resolve('already-applied'),
    });
    await harness.produce(eventOf('one'));
    await until(() => consumer.finishedJobs() === 1, limit('the job to finish'));
    expect(handled).toHaveLength(1);
    expect(await harness.openDead().getWaitingCount()).toBe(0);
  });

  describe('a job that BullMQ itself has failed', () => {
    /** Leaves the event in the failed set, as BullMQ does when processes died while they had it. */
    async function failJob(event: CallbackEvent, reason: string, mark: object = {}) {
      await harness.produce(event);
      const token = 'a process that died';
      const worker = harness.closing(
        openWorker(
          { ...harness.location(), partition: harness.partitionOf(event) },
          queueNames.live,
          async () => {},
          {},
          () => undefined,
        ),
      );
      const job = await worker.getNextJob(token);
      await job?.updateData({ ...job.data, ...mark });
      await job?.moveToFailed(new UnrecoverableError(reason), token, false);
    }

    const noneFailed = async () => {
      await until(async () => (await harness.countFailed()) === 0, limit('no failed job'));
    };
    const stalled = 'job stalled more than allowable limit';

    it('is tried once more, alone, since most only ran beside the one that caused it', async () => {
      const event = eventOf('one');
      await failJob(event, stalled);
      const { handled, letters } = await harness.consume(done);
      await noneFailed();
      expect(handled.map((entry) => entry.event)).toEqual([event]);
      expect(letters).toEqual([]);
    });

    it.each([1, 2])('is tried again after %i power cuts in a trial', async (trials) => {
      const event = eventOf('one');
      await failJob(event, stalled, { suspectedAt: '2026-01-02T03:00:00.000Z', trials });
      const { handled, letters } = await harness.consume(done);
      await noneFailed();
      expect(handled.map((entry) => entry.event)).toEqual([event]);
      expect(letters).toEqual([]);
    });

    it('is quarantined when its process ended in each of three trials', async () => {
      const event = eventOf('one');
      await failJob(event, stalled, { suspectedAt: '2026-01-02T03:00:00.000Z', trials: 3 });
      const { handled, letters } = await harness.consume(done);
      await noneFailed();
      expect(handled).toEqual([]);
      expect(letters).toMatchObject([{ event, cause: 'quarantined' }]);
      expect(await harness.openDead().getWaitingCount()).toBe(1);
    });

    it('has its ordinary attempts: one that fails in a trial is tried again', async () => {
      const event = eventOf('one');
      await failJob(event, stalled);
      const answer = (tries: number) => (tries === 1 ? failed('transient') : done());
      let tries = 0;
      const { letters } = await harness.consume(() => answer((tries += 1)), {
        timings: { quarantineIntervalMs: 20 },
      });
      await noneFailed();
      expect(tries).toBe(2);
      expect(letters).toEqual([]);
    });

    it('is dead-lettered when its ordinary attempts are used up in trials', async () => {
      const event = eventOf('one');
      await failJob(event, stalled);
      const { handled, letters } = await harness.consume(() => failed('transient'), {
        timings: { quarantineIntervalMs: 20 },
      });
      await noneFailed();
      // Three are allowed, and the first one was when its process died.
      expect(handled.map(({ attempt }) => attempt)).toEqual([2, 3]);
      expect(letters).toMatchObject([{ event, cause: 'attempts-exhausted' }]);
    });

    it('is left alone while the letter of its trial waits for the database', async () => {
      await failJob(eventOf('one'), stalled);
      const isWritable = Promise.withResolvers<'recorded'>();
      const answer = () => failed('permanent');
      const options = {
        timings: { quarantineIntervalMs: 20, trialSilenceMs: 200 },
        recordLetter: async () => await isWritable.promise,
        now: () => new Date(),
      };
      const first = await harness.consume(answer, options);
      await becomes(first.handled, 1);
      const second = await harness.consume(answer, options);
      const from = performance.now();
      await until(() => performance.now() - from > 1_000, limit('five times the silence'));
      expect([first.handled.length, second.handled.length]).toEqual([1, 0]);
      isWritable.resolve('recorded');
      await noneFailed();
    });

    it('is left alone while its trial runs', async () => {
      await failJob(eventOf('one'), stalled, {
        suspectedAt: '2026-01-02T03:04:00.000Z',
        trials: 1,
      });
      const other = eventOf('other');
      await failJob(other, 'no letter could be written');
      const { letters } = await harness.consume(done);
      await becomes(letters, 1);
      expect(letters).toMatchObject([
        { event: other, cause: 'attempts-exhausted', message: 'no letter could be written' },
      ]);
      await until(async () => (await harness.countFailed()) === 1, limit('one failed job'));
    });
  });
});
