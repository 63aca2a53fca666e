import { expect, it } from 'vitest';
import { queueNames } from '../../src/index.ts';
import { done, useQueueHarness } from '../queue-harness.ts';
import { expectApplied, fillQueue } from './erase-fixture.ts';
import { addWaiting, erase, eventsOfPerson, hits, readRedis } from './erase-harness.ts';

const harness = useQueueHarness('cluster');

it('it erases on every master of a cluster, also in a partition that is not used any more', async () => {
  const location = harness.location();
  const { filler, waiting } = await fillQueue(harness, location, (place) => place % 3);
  // Where a partition lies depends on the prefix of the queue, which is drawn.
  for (let partition = 63; partition > 8; partition -= 1) {
    const unused = filler.open(queueNames.live, partition);
    for (const event of eventsOfPerson()) await addWaiting(unused, event);
    if ((await hitsOnMasters()).every((count) => count > 0)) break;
  }
  expect((await hitsOnMasters()).every((count) => count > 0)).toBe(true);

  expect(await erase(location)).toMatchObject({ kind: 'erased', file: { kind: 'rewritten' } });

  expect(await hitsOnMasters()).toEqual([0, 0, 0]);
  const { handled } = await harness.consume(done);
  await expectApplied(handled, waiting);
});

async function hitsOnMasters(): Promise<number[]> {
  const { prefix = '' } = harness.location();
  const { masters } = harness.cluster();
  return await Promise.all(
    masters.map(async ({ url }) => hits(await readRedis(url, prefix)).length),
  );
}
