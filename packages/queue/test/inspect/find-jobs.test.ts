import { until } from '@sinch-callbacks/dev-env/processes';
import { describe, expect, it } from 'vitest';
import { findJobs, type HandleOutcome, openReplayLane } from '../../src/index.ts';
import { done, eventOf, failed, limit, serverKinds, useQueueHarness } from '../queue-harness.ts';

describe.each(serverKinds)('looking for an event on the queue on %s', (kind) => {
  const harness = useQueueHarness(kind);
  const find = async (key: string) =>
    await findJobs(harness.location(), { digest: key.slice(-32) }, 10);

  it('finds it by any beginning of its key or digest, in whichever partition it is', async () => {
    const events = Array.from({ length: 9 }, (_, n) => eventOf(`text ${n}`));
    await harness.produce(...events);
    for (const event of events) {
      const place = { lane: 'live', partition: harness.partitionOf(event), state: 'waiting' };
      const found = [{ ...place, eventKey: event.key, replay: 0, attempts: 0 }];
      expect(await find(event.key)).toMatchObject(found);
      const whole = { key: event.key, digest: event.key.slice(-32) };
      expect(await findJobs(harness.location(), whole, 10)).toMatchObject(found);
      const beginning = event.key.slice(0, -12);
      expect(await findJobs(harness.location(), { beginning }, 10)).toMatchObject(found);
    }
    const { key } = eventOf('never queued');
    expect(await find(key)).toEqual([]);
    expect(await findJobs(harness.location(), { beginning: 'MESSAGE_INBOUND' }, 4)).toHaveLength(4);
  });

  it('finds it in progress, then finished, then replayed', async () => {
    const event = eventOf('one');
    await harness.produce(event);
    const isHeld = Promise.withResolvers<HandleOutcome>();
    const { handled } = await harness.consume((_, attempt) =>
      attempt === 1 ? isHeld.promise : done(),
    );
    await until(() => handled.length === 1, limit('the first attempt'));
    expect(await find(event.key)).toMatchObject([{ state: 'active', attempts: 0 }]);
    isHeld.resolve(failed('transient'));
    await until(
      async () => (await find(event.key))[0]?.state === 'finished',
      limit('the queue to say so'),
    );
    const lane = harness.closing(openReplayLane(harness.location()));
    await lane.replay(event, 1);
    const whole = { key: event.key, digest: event.key.slice(-32) };
    expect(await findJobs(harness.location(), whole, 10)).toHaveLength(2);
  });

  it('finds replays by their numbers', async () => {
    const event = eventOf('one');
    const lane = harness.closing(openReplayLane(harness.location()));
    for (const replay of [1, 1_795_000_000]) await lane.replay(event, replay);
    const found = await find(event.key);
    expect(found.map(({ replay }) => replay).toSorted((a, b) => a - b)).toEqual([1, 1_795_000_000]);
    expect(found).toMatchObject([{ lane: 'replay' }, { lane: 'replay' }]);
  });

  it('finds nothing in a queue with another prefix', async () => {
    const event = eventOf('one');
    await harness.produce(event);
    const other = { ...harness.location(), prefix: `${harness.location().prefix}x` };
    expect(await findJobs(other, { digest: event.key.slice(-32) }, 10)).toEqual([]);
  });
});
