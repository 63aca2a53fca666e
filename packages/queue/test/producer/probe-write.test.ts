import { type FaultyRedis, queryRows, startFaultyRedis } from '@sinch-callbacks/dev-env/servers';
import type {} from '@sinch-callbacks/dev-env/vitest';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { openProducer } from '../../src/index.ts';
import { eventOf, useQueueHarness } from '../queue-harness.ts';

describe('a producer says whether its queue takes an event now', () => {
  describe('on Redis', () => {
    const harness = useQueueHarness('redis');
    let redis: FaultyRedis;

    beforeAll(async () => {
      redis = await startFaultyRedis();
    }, 120_000);
    afterEach(async () => await redis.repair());
    afterAll(async () => await redis.close());

    it.each(['full', 'replica', 'without enough replicas'] as const)(
      'no on a Redis that answers and refuses writes: %s',
      async (fault) => {
        const backend = { kind: 'redis', url: redis.url } as const;
        const producer = harness.closing(openProducer({ ...harness.location(), backend }));
        expect(await producer.isReachable()).toBe(true);
        if (fault === 'without enough replicas') {
          await redis.command('CONFIG', 'SET', 'min-replicas-to-write', 1);
        } else {
          await redis.applyFault(fault);
        }
        expect(await producer.enqueue(eventOf('refused'))).toMatchObject({ kind: 'unavailable' });
        expect(await producer.isReachable()).toBe(false);
        await redis.command('CONFIG', 'SET', 'min-replicas-to-write', 0);
        await redis.repair();
        expect(await producer.isReachable()).toBe(true);
        expect(await producer.enqueue(eventOf('taken'))).toEqual({ kind: 'queued' });
      },
    );
  });

  describe('on Postgres', () => {
    const harness = useQueueHarness('postgres');

    it('no on a Postgres that became read-only', async () => {
      const location = harness.location();
      const { url } = location.backend;
      const name = new URL(url).pathname.slice(1);
      const setReadOnly = (value: 'on' | 'off') =>
        queryRows(
          inject('postgresUrl'),
          `ALTER DATABASE "${name}" SET default_transaction_read_only = ${value}`,
        );
      await setReadOnly('on');
      const refused = harness.closing(openProducer(location));
      expect(await refused.enqueue(eventOf('refused'))).toMatchObject({ kind: 'unavailable' });
      expect(await refused.isReachable()).toBe(false);
      await setReadOnly('off');
      const taken = harness.closing(openProducer(location));
      expect(await taken.isReachable()).toBe(true);
      expect(await taken.enqueue(eventOf('taken'))).toEqual({ kind: 'queued' });
    });
  });
});
