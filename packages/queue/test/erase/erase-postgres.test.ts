import { expect, it } from 'vitest';
import { countInQueue, queueNames } from '../../src/index.ts';
import { becomes, done, useQueueHarness } from '../queue-harness.ts';
import {
  addWaiting,
  erase,
  eventsOfOthers,
  eventsOfPerson,
  fillPlaces,
  hits,
  matches,
  openFiller,
  readTables,
  redact,
} from './erase-harness.ts';

const harness = useQueueHarness('postgres');

it('after it no row of the queue in Postgres names the person, and every job is applied', async () => {
  const location = harness.location();
  const schema = `${location.prefix}_queue`;
  const filler = harness.closing(openFiller(location));
  await fillPlaces(filler);
  const live = filler.open(queueNames.live);
  const events = [...eventsOfPerson(), ...eventsOfOthers()];
  for (const event of events) await addWaiting(live, event);
  const before = await readTables(location.backend.url, schema);
  const named = hits(before);
  expect(named.length).toBeGreaterThan(25);

  const counted = await countInQueue(location, matches, redact);
  expect(await readTables(location.backend.url, schema)).toEqual(before);

  const result = await erase(location);

  expect(result).toMatchObject({ kind: 'erased', file: { kind: 'no-redis' } });
  expect(counted).toEqual({ counts: result.counts, left: { active: 0, waiting: 0 } });
  const after = await readTables(location.backend.url, schema);
  expect(hits(after)).toEqual([]);
  const rowsAfter = new Set(after.values());
  const unchanged = [...before].filter(([key]) => !named.includes(key) && isJob(key));
  expect(unchanged.length).toBeGreaterThanOrEqual(eventsOfOthers().length);
  for (const [, row] of unchanged) expect(rowsAfter).toContain(row);
  expect([...after.keys()].filter(isJob)).toHaveLength([...before.keys()].filter(isJob).length);

  const { handled } = await harness.consume(done);
  await becomes(handled, events.length);
  const keys = handled.map(({ event }) => event.key);
  for (const { key } of events) expect(keys).toContain(key);
});

function isJob(key: string): boolean {
  return key.startsWith('job ');
}
