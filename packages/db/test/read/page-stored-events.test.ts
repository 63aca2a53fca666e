import { expect, it } from 'vitest';
import { createEventWriter, pageStoredEvents } from '../../src/index.ts';
import { eventOf, toWrite, useMigratedDatabase } from '../support.ts';

const migrated = useMigratedDatabase();
const dayMs = 86_400_000;

it('reads each event once, the oldest first, however near or far they lie', async () => {
  const { database } = migrated;
  const start = Date.parse('2024-01-02T03:04:05.678Z');
  const times = [
    ...Array.from({ length: 1_200 }, () => start),
    ...Array.from({ length: 700 }, (_, n) => start + 3 * dayMs + n * 50),
    ...Array.from({ length: 40 }, (_, n) => start + (n + 5) * 11 * dayMs),
  ];
  const events = times.map((time, n) =>
    eventOf({ message: { id: `m${n}` } }, new Date(time).toISOString()),
  );
  const writer = createEventWriter(database, () => new Date());
  await writer.write(events.map((event) => toWrite(event)));

  const read: string[] = [];
  const receivedTimes: string[] = [];
  for await (const page of pageStoredEvents(database, { receivedSince: new Date(0) })) {
    read.push(...page.map(({ key }) => key));
    receivedTimes.push(...page.map(({ receivedAt }) => receivedAt));
  }
  expect(read.toSorted()).toEqual(events.map(({ key }) => key).toSorted());
  expect(receivedTimes).toEqual(receivedTimes.toSorted());
}, 60_000);
