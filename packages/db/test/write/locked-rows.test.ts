import { expect, it } from 'vitest';
import { createEventWriter } from '../../src/index.ts';
import { eventOf, toWrite, useMigratedDatabase } from '../support.ts';

const migrated = useMigratedDatabase();

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

it('an event that is postponed, and postponed again as a lock is released meanwhile, has its outcome', async () => {
  const writer = createEventWriter(migrated.database, () => new Date());
  await writer.write([about('kept', 'QUEUED'), about('freed', 'QUEUED')]);
  const [holder, other] = [
    await migrated.database.pool.connect(),
    await migrated.database.pool.connect(),
  ];
  const lock = (id: string) =>
    `BEGIN; SELECT FROM message WHERE sinch_message_id = '${id}' FOR UPDATE`;
  await Promise.all([holder.query(lock('kept')), other.query(lock('freed'))]);

  // Halved in the middle: the second half is postponed except its last, and then halved again.
  const free = ['d1', 'd2', 'd3', 'd4'].map((id) => about(id, 'READ'));
  const last = about('d5', 'READ');
  const events = [
    about('kept', 'SWITCHING_CHANNEL'),
    about('freed', 'SWITCHING_CHANNEL'),
    ...free.slice(0, 3),
    about('kept', 'DELIVERED'),
    about('freed', 'DELIVERED'),
    about('kept', 'READ'),
    about('freed', 'READ'),
    last,
  ];
  let freeing: Promise<unknown> | undefined;
  const outcomes = await writer.write(events, (key, { kind }) => {
    if (key === events[1]?.event.key && kind === 'failed') freeing = other.query('COMMIT');
  });
  await freeing;
  await holder.query('COMMIT');
  for (const client of [holder, other]) client.release();
  const kinds = outcomes.map((one) => (one.kind === 'failed' ? one.failureClass : one.kind));
  const [ofKept, ofFree] = ['blocked', 'applied'];
  const firstHalf = [ofKept, 'blocked', ofFree, ofFree, ofFree];
  expect(kinds).toEqual([...firstHalf, ofKept, 'applied', ofKept, 'applied', ofFree]);
});
