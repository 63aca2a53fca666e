import { expect, it } from 'vitest';
import { queueNames } from '../../src/index.ts';
import { becomes, done, useQueueHarness } from '../queue-harness.ts';
import {
  addWaiting,
  erase,
  eventsOfOthers,
  eventsOfPerson,
  fillPlaces,
  hits,
  openFiller,
  readRedis,
} from './erase-harness.ts';

const harness = useQueueHarness('cluster');

it('it erases on every master of a cluster, also in a partition that is not used any more', async () => {
  const location = harness.location();
  const filler = harness.closing(openFiller(location));
  await fillPlaces(filler);
  const events = [...eventsOfPerson(), ...eventsOfOthers()];
  for (const [n, event] of events.entries()) {
    await addWaiting(filler.open(queueNames.live, n % 3), event);
  }
  const unused = filler.open(queueNames.live, 63);
  for (const event of eventsOfPerson()) await addWaiting(unused, event);
  expect((await hitsOnMasters()).every((count) => count > 0)).toBe(true);

  expect(await erase(location)).toMatchObject({ kind: 'erased', file: { kind: 'rewritten' } });

  expect(await hitsOnMasters()).toEqual([0, 0, 0]);
  const { handled } = await harness.consume(done);
  await becomes(handled, events.length);
  const keys = handled.map(({ event }) => event.key);
  for (const { key } of events) expect(keys).toContain(key);
});

async function hitsOnMasters(): Promise<number[]> {
  const { prefix = '' } = harness.location();
  const { masters } = harness.cluster();
  return await Promise.all(
    masters.map(async ({ url }) => hits(await readRedis(url, prefix)).length),
  );
}
