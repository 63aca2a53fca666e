import { until } from '@sinch-callbacks/dev-env/processes';
import { openFaultProxy } from '@sinch-callbacks/dev-env/servers';
import { describe, expect, it } from 'vitest';
import { openProducer } from '../../src/index.ts';
import { backendKinds, becomes, done, eventOf, limit, useQueueHarness } from '../queue-harness.ts';

describe.each(backendKinds)('a queue that is down, on %s', (kind) => {
  const harness = useQueueHarness(kind);

  async function openBehindProxy() {
    const proxy = harness.closing(await openFaultProxy(harness.location().backend.url, 'cut'));
    return { proxy, location: { ...harness.location(), backend: { kind, url: proxy.url } } };
  }

  it('answers a producer in time, and works again by itself when it is up', async () => {
    const { proxy, location } = await openBehindProxy();
    const producer = harness.closing(openProducer({ ...location, timeoutMs: 500 }));
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

  it('makes a consumer wait, at its start and later, and go on when it is up', async () => {
    const { proxy, location } = await openBehindProxy();
    await harness.produce(eventOf('one'));
    const starting = harness.consume(done, location);
    await proxy.restore();
    const { handled } = await starting;
    await becomes(handled, 1);
    await proxy.cut();
    await harness.produce(eventOf('two'));
    await proxy.restore();
    const live = harness.openLive();
    await until(async () => (await live.getCompletedCount()) === 2, limit('both to finish'));
    expect(new Set(handled.map((entry) => entry.event.key)).size).toBe(2);
  });
});
