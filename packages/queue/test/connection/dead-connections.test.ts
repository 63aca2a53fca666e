import { randomUUID } from 'node:crypto';
import { until } from '@sinch-callbacks/dev-env/processes';
import { type FaultProxy, openFaultProxy } from '@sinch-callbacks/dev-env/servers';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openProducer } from '../../src/index.ts';
import { backendKinds, eventOf, limit, useQueueHarness } from '../queue-harness.ts';

const timeoutMs = 2_000;

describe.each(backendKinds)('a producer on %s', (kind) => {
  const harness = useQueueHarness(kind);
  let proxy: FaultProxy;

  beforeEach(async () => {
    proxy = harness.closing(await openFaultProxy(harness.location().backend.url));
  });

  afterEach(() => {
    vi.useRealTimers();
  });

  function open(ms = timeoutMs) {
    const location = { ...harness.location(), backend: { kind, url: proxy.url } };
    return harness.closing(openProducer({ ...location, timeoutMs: ms }));
  }

  it('queues the first event after a pause that killed its connection unnoticed', async () => {
    const producer = open();
    expect(await producer.enqueue(eventOf('before'))).toEqual({ kind: 'queued' });
    proxy.freeze();
    await proxy.restore();
    vi.useFakeTimers({ toFake: ['Date'] });
    vi.setSystemTime(Date.now() + 3_600_000);
    expect(await producer.enqueue(eventOf('after'))).toEqual({ kind: 'queued' });
  });

  it('gives its first connection the whole of its time, however many events wait for it', async () => {
    // A busy machine too connects and queues them in the rest of it.
    const wholeMs = 7_000;
    const producer = open(wholeMs);
    proxy.hold();
    const startedAt = performance.now();
    const outcomes = Promise.all(
      Array.from({ length: 20 }, (_, n) => producer.enqueue(eventOf(`first ${n}`))),
    );
    const isOverThird = () => performance.now() - startedAt > wholeMs * 0.4;
    await until(isOverThird, limit('more than a third of the time'));
    proxy.release();
    expect(new Set((await outcomes).map((outcome) => outcome.kind))).toEqual(new Set(['queued']));
  });

  it('fails in time when the server does not answer, and works again with the next event', async () => {
    const producer = open(300);
    await producer.enqueue(eventOf('before'));
    proxy.freeze();
    const startedAt = performance.now();
    expect(await producer.enqueue(eventOf('lost'))).toMatchObject({ kind: 'unavailable' });
    expect(performance.now() - startedAt).toBeLessThan(5_000);
    await proxy.restore();
    const enqueue = async () => await producer.enqueue(eventOf(randomUUID()));
    await until(async () => (await enqueue()).kind === 'queued', limit('an event to be taken'));
  });

  it('leaves no connection behind, however many calls failed', async () => {
    const producer = open(500);
    await proxy.cut();
    for (let n = 0; n < 15; n += 1) await producer.enqueue(eventOf('refused'));
    await proxy.restore();
    proxy.freeze();
    await Promise.all(Array.from({ length: 20 }, () => producer.enqueue(eventOf('lost'))));
    await proxy.restore();
    await until(
      async () => (await producer.enqueue(eventOf('again'))).kind === 'queued',
      limit('an event to be taken'),
    );
    // Connections that were not dropped would all retry within two seconds.
    const connections = new Set<number>();
    const watchUntil = performance.now() + 2_500;
    await until(() => {
      connections.add(proxy.connections());
      return performance.now() > watchUntil;
    }, limit('the longest pause between two attempts'));
    expect(Math.max(...connections)).toBeLessThanOrEqual(kind === 'redis' ? 1 : 4);
  });
});
