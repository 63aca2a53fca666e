import { latch, until } from '@sinch-callbacks/dev-env/processes';
import { describe, expect, it } from 'vitest';
import { openQueueView } from '../../src/index.ts';
import { backendKinds, done, eventOf, limit, useQueueHarness } from '../queue-harness.ts';

describe.each(backendKinds)('the view of a queue on %s', (kind) => {
  const harness = useQueueHarness(kind);

  it('counts the unfinished jobs, and finds the events that have one', async () => {
    const view = harness.closing(openQueueView(harness.location()));
    expect(await view.depth()).toBe(0);
    const [held, finished, never] = [eventOf('held'), eventOf('finished'), eventOf('never')];
    const keys = [held, finished, never].map(({ key }) => key);
    await harness.produce(held, finished);
    expect(await view.depth()).toBe(2);
    expect(await view.findOpen(keys)).toEqual(new Set([held.key, finished.key]));

    const release = latch('the held event to be released');
    await harness.consume(async ({ key }) => {
      if (key === held.key) await release.wait();
      return done();
    });
    await until(async () => (await view.depth()) === 1, limit('one of two to be finished'));
    expect(await view.findOpen(keys)).toEqual(new Set([held.key]));
    release.open();
    await until(async () => (await view.depth()) === 0, limit('the other one'));
    expect(await view.findOpen(keys)).toEqual(new Set());
  });

  it('answers for more events than it asks about at once', async () => {
    const view = harness.closing(openQueueView(harness.location()));
    const events = Array.from({ length: 600 }, (_, n) => eventOf(`${n}`));
    const queued = events.filter((_, n) => n % 100 === 99);
    await harness.produce(...queued);
    expect(await view.findOpen(events.map(({ key }) => key))).toEqual(
      new Set(queued.map(({ key }) => key)),
    );
  });

  it('finds a queue empty that was never used', async () => {
    const view = harness.closing(openQueueView({ ...harness.location(), prefix: 'never-made' }));
    expect(await view.depth()).toBe(0);
    expect(await view.findOpen([eventOf('any').key])).toEqual(new Set());
  });

  it('throws while its server is down', async () => {
    const url = harness.location().backend.url.replace(/:\d+(?=\/|$)/, ':9');
    const view = harness.closing(openQueueView({ backend: { kind, url } }, 300));
    await expect(view.depth()).rejects.toThrow();
    await expect(view.findOpen([eventOf('any').key])).rejects.toThrow();
  });
});
