import { afterAll, beforeAll, expect, it } from 'vitest';
import { createEventWriter } from '../src/index.ts';
import { eventOf, type MigratedDatabase, openMigratedDatabase, toWrite } from './support.ts';

let migrated: MigratedDatabase;

beforeAll(async () => {
  migrated = await openMigratedDatabase();
});

afterAll(async () => {
  await migrated.close();
});

const about = (id: string, status: string) =>
  toWrite(eventOf({ message_delivery_report: { message_id: id, status } }));

it('a blocked event is known by its rows, until an event about it is written again', async () => {
  const writer = createEventWriter(migrated.database, () => new Date());
  await writer.write([about('a', 'QUEUED_ON_CHANNEL')]);
  const other = await migrated.database.pool.connect();
  await other.query("BEGIN; SELECT 1 FROM message WHERE sinch_message_id = 'a' FOR UPDATE");
  const reports = ['SWITCHING_CHANNEL', 'DELIVERED', 'READ'].map((status) => about('a', status));
  const [blocked, neighbour] = [about('a', 'FAILED'), about('b', 'READ')];
  const mayBeBlocked = () => [blocked, neighbour].map((item) => writer.mayBeBlocked(item));
  expect(mayBeBlocked()).toEqual([false, false]);
  const events = [...reports, ...Array.from({ length: 60 }, (_, n) => about(`c${n}`, 'READ'))];
  const outcomes = await writer.write(events);
  expect(outcomes.map((one) => (one.kind === 'failed' ? one.failureClass : one.kind))).toEqual([
    ...reports.map(() => 'blocked'),
    ...events.slice(reports.length).map(() => 'applied'),
  ]);
  expect(mayBeBlocked()).toEqual([true, false]);
  await other.query('COMMIT');
  other.release();
  expect(await writer.write(reports)).toEqual(reports.map(() => ({ kind: 'applied' })));
  expect(mayBeBlocked()).toEqual([false, false]);
});
