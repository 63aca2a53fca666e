import { until } from '@sinch-callbacks/dev-env/processes';
import { openFaultProxy } from '@sinch-callbacks/dev-env/servers';
import { describe, expect, it } from 'vitest';
import { openProducer } from '../src/index.ts';
import { backendKinds, becomes, done, eventOf, limit, useQueueWorld } from './queue-world.ts';

describe.each(backendKinds)('a queue that is away, on %s', (kind) => {
  const world = useQueueWorld(kind);

  async function openBehindProxy(start: 'cut' | 'restored') {
    const proxy = world.closing(await openFaultProxy(world.location().backend.url, start));
    return { proxy, away: { ...world.location(), backend: { kind, url: proxy.url } } };
  }

  it('answers a producer in time, and works again by itself when it is back', async () => {
    const { proxy, away } = await openBehindProxy('cut');
    const producer = world.closing(openProducer({ ...away, timeoutMs: 500 }));
    expect(await producer.enqueue(eventOf('one'))).toMatchObject({ kind: 'unavailable' });
    expect(await producer.isReachable()).toBe(false);
    await proxy.restore();
    await until(async () => await producer.isReachable(), limit('the queue to be reachable'));
    expect(await producer.enqueue(eventOf('one'))).toEqual({ kind: 'queued' });
    await proxy.cut();
    expect(await producer.enqueue(eventOf('two'))).toMatchObject({ kind: 'unavailable' });
    await proxy.restore();
    await until(
      async () => (await producer.enqueue(eventOf('two'))).kind === 'queued',
      limit('the queue to take events again'),
    );
  });

  it('lets a consumer wait, at its start and later, and go on when it is back', async () => {
    const { proxy, away } = await openBehindProxy('cut');
    await world.produce(eventOf('one'));
    const starting = world.consume(done, away);
    await proxy.restore();
    const { handled } = await starting;
    await becomes(handled, 1);
    await proxy.cut();
    await world.produce(eventOf('two'));
    await proxy.restore();
    const live = world.openLive();
    await until(async () => (await live.getCompletedCount()) === 2, limit('both to finish'));
    expect(new Set(handled.map((entry) => entry.event.key)).size).toBe(2);
  });
});
