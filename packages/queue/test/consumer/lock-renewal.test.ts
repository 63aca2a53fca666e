import { until } from '@sinch-callbacks/dev-env/processes';
import { openFaultProxy } from '@sinch-callbacks/dev-env/servers';
import { Redis } from 'ioredis';
import { describe, expect, it } from 'vitest';
import { becomes, done, eventOf, limit, useQueueHarness } from '../queue-harness.ts';

describe('the locks of jobs in progress', () => {
  const harness = useQueueHarness('redis');

  it('are renewed again after a renewal that never got an answer', async () => {
    const { url } = harness.location().backend;
    const proxy = harness.closing(await openFaultProxy(url));
    const waiting: (() => void)[] = [];
    const { handled } = await harness.consume(
      async () => {
        await new Promise<void>((resolve) => {
          waiting.push(resolve);
        });
        return done();
      },
      {
        backend: { kind: 'redis', url: proxy.url },
        timings: { lockDurationMs: 3_000, lockRenewalMs: 400, stalledIntervalMs: 60_000 },
      },
    );
    await harness.produce(eventOf('one'));
    await becomes(waiting, 1);
    // The next renewal gets no answer.
    proxy.forget();
    const later = eventOf('two');
    await harness.produce(later);
    await becomes(waiting, 2);

    const redis = new Redis(url);
    const lock = `${harness.openLive(later).toKey(later.key)}:lock`;
    let renewals = 0;
    let left = 0;
    await until(async () => {
      const now = await redis.pttl(lock);
      if (now > left) renewals += 1;
      left = now;
      return renewals >= 10;
    }, limit('ten renewals'));
    redis.disconnect();
    for (const finish of waiting) finish();
    expect(handled.filter(({ event }) => event.key === later.key)).toHaveLength(1);
  });
});
