import { until } from '@sinch-callbacks/testing/processes';
import { UnrecoverableError } from 'bullmq';
import { describe, expect, it } from 'vitest';
import { openReplayLane, queueNames } from '../src/index.ts';
import { openWorker } from '../src/queue-backend.ts';
import {
  backendKinds,
  becomes,
  done,
  eventOf,
  failed,
  limit,
  useQueueWorld,
} from './queue-world.ts';

describe.each(backendKinds)('dead letters on %s', (kind) => {
  const world = useQueueWorld(kind);

  it('buries an event with the history of all its attempts when they are used up', async () => {
    const event = eventOf('one');
    const { letters } = await world.consume(() => failed('transient'));
    await world.produce(event);
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
      async () => (await world.openDead().getWaitingCount()) === 1,
      limit('the copy to show'),
    );
  });

  it('buries an event at once when no retry can help', async () => {
    const event = eventOf('one');
    const { handled, letters } = await world.consume(() => failed('permanent'));
    await world.produce(event);
    const dead = world.openDead();
    await until(async () => (await dead.getWaitingCount()) === 1, limit('the copy to show'));
    expect(handled).toHaveLength(1);
    expect(letters).toMatchObject([{ cause: 'permanent' }]);
    expect((await dead.getJob(event.key))?.data).toMatchObject({ key: event.key, message: 'no' });
  });

  it('buries once more when the record or the copy could not be written', async () => {
    let calls = 0;
    const { letters } = await world.consume(() => failed('permanent'), {
      recordLetter: async (letter) => {
        calls += 1;
        if (calls === 1) throw new Error('the process lost its footing between the two writes');
        letters.push(letter);
        return await Promise.resolve('recorded');
      },
    });
    await world.produce(eventOf('one'));
    await becomes(letters, 1);
    await until(
      async () => (await world.openDead().getWaitingCount()) === 1,
      limit('the copy to show'),
    );
  });

  it('takes a dead letter off the list, and does not mind one that is not there', async () => {
    const event = eventOf('one');
    await world.consume(() => failed('permanent'));
    await world.produce(event);
    const dead = world.openDead();
    await until(async () => (await dead.getWaitingCount()) === 1, limit('the copy to show'));
    const lane = world.closing(openReplayLane(world.location()));
    await lane.removeDead(event.key);
    await lane.removeDead(event.key);
    expect(await dead.getWaitingCount()).toBe(0);
  });

  it('buries a job that it cannot read, with all that the job held', async () => {
    const { letters } = await world.consume(done);
    await world.openLive().add('MESSAGE_INBOUND', { stray: 'job' } as never, { jobId: 'stray' });
    await becomes(letters, 1);
    expect(letters).toMatchObject([
      { cause: 'malformed-job', event: { key: 'stray', rawBody: { text: '{"stray":"job"}' } } },
    ]);
  });

  it('buries what BullMQ itself has failed, and takes it out of the failed jobs', async () => {
    const event = eventOf('one');
    await world.produce(event);
    const live = world.openLive();
    const token = 'somebody who died';
    const worker = world.closing(
      openWorker(
        world.location(),
        queueNames.live,
        async () => {},
        {},
        () => undefined,
      ),
    );
    const job = await worker.getNextJob(token);
    await job?.moveToFailed(new UnrecoverableError('stalled too often'), token, false);
    expect(await live.getFailedCount()).toBe(1);
    const { letters } = await world.consume(done);
    await becomes(letters, 1);
    expect(letters).toMatchObject([{ event, cause: 'quarantined' }]);
    await until(async () => (await live.getFailedCount()) === 0, limit('no failed job'));
    expect(await world.openDead().getWaitingCount()).toBe(1);
  });
});
