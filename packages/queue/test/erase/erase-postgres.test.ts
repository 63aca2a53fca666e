import { expect, it } from 'vitest';
import { countInQueue } from '../../src/index.ts';
import { done, useQueueHarness } from '../queue-harness.ts';
import { expectApplied, fillQueue, readAll } from './erase-fixture.ts';
import { erase, eventsOfOthers, hits, matches, redact } from './erase-harness.ts';

const harness = useQueueHarness('postgres');

it('after it no row of the queue in Postgres names the person, and every job is applied', async () => {
  const location = harness.location();
  const { waiting } = await fillQueue(harness);
  const before = await readAll(location);
  const named = hits(before);
  expect(named.length).toBeGreaterThan(25);

  const counted = await countInQueue(location, matches, redact);
  expect(await readAll(location)).toEqual(before);

  const result = await erase(location);

  expect(result).toMatchObject({ kind: 'erased', file: { kind: 'no-redis' } });
  expect(counted).toEqual({ counts: result.counts, left: { active: 0, waiting: 0 } });
  const after = await readAll(location);
  expect(hits(after)).toEqual([]);
  const rowsAfter = new Set(after.values());
  const unchanged = [...before].filter(([key]) => !named.includes(key) && isJob(key));
  expect(unchanged.length).toBeGreaterThanOrEqual(eventsOfOthers().length);
  for (const [, row] of unchanged) expect(rowsAfter).toContain(row);
  expect([...after.keys()].filter(isJob)).toHaveLength([...before.keys()].filter(isJob).length);

  const { handled } = await harness.consume(done);
  await expectApplied(handled, waiting);
});

function isJob(key: string): boolean {
  return key.startsWith('job ');
}
