import { type FaultyRedis, startFaultyRedis } from '@sinch-callbacks/dev-env/servers';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { queueNames } from '../../src/index.ts';
import { useQueueHarness } from '../queue-harness.ts';
import {
  addWaiting,
  erase,
  eventsOfPerson,
  fillPlaces,
  hits,
  openFiller,
  readRedis,
} from './erase-harness.ts';

const harness = useQueueHarness('redis');
let redis: FaultyRedis;

beforeAll(async () => {
  redis = await startFaultyRedis();
}, 120_000);

afterAll(async () => await redis.close());

it('a Redis that is full can be erased all the same', async () => {
  const location = { backend: { kind: 'redis', url: redis.url }, prefix: 'full' } as const;
  const filler = harness.closing(openFiller(location));
  await fillPlaces(filler);
  const live = filler.open(queueNames.live);
  for (const event of eventsOfPerson()) await addWaiting(live, event);
  await redis.applyFault('full');

  expect(await erase(location)).toMatchObject({ kind: 'erased', file: { kind: 'rewritten' } });
  expect(hits(await readRedis(redis.url, 'full'))).toEqual([]);
  await redis.repair();
});
