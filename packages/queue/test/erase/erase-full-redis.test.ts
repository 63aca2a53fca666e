import { type FaultyRedis, startFaultyRedis } from '@sinch-callbacks/dev-env/servers';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { useQueueHarness } from '../queue-harness.ts';
import { fillQueue, readAll } from './erase-fixture.ts';
import { erase, hits } from './erase-harness.ts';

const harness = useQueueHarness('redis');
let redis: FaultyRedis;

beforeAll(async () => {
  redis = await startFaultyRedis();
}, 120_000);

afterAll(async () => await redis.close());

it('a Redis that is full can be erased all the same', async () => {
  const location = { backend: { kind: 'redis', url: redis.url }, prefix: 'full' } as const;
  await fillQueue(harness, location);
  await redis.applyFault('full');

  expect(await erase(location)).toMatchObject({ kind: 'erased', file: { kind: 'rewritten' } });
  expect(hits(await readAll(location))).toEqual([]);
  await redis.repair();
});
