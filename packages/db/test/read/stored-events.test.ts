import { expect, it } from 'vitest';
import { createEventWriter, findStoredEvents, recordDeadLetter } from '../../src/index.ts';
import { eventOf, toWrite, useMigratedDatabase } from '../support.ts';

const migrated = useMigratedDatabase();

it('returns the state of events, and leaves out those that are in no table', async () => {
  const { database } = migrated;
  const receivedAt = '2026-01-02T03:04:05.000Z';
  const report = eventOf(
    { message_delivery_report: { message_id: 'm', status: 'DELIVERED' } },
    receivedAt,
  );
  const message = eventOf({ message: { id: 'm' } }, receivedAt);
  const unknown = eventOf({ something_new: {} }, receivedAt);
  const dead = eventOf('no JSON', receivedAt);
  const never = eventOf({ message: { id: 'never' } }, receivedAt);
  const writer = createEventWriter(database, () => new Date('2026-01-02T03:04:05.250Z'));
  await writer.write([toWrite(report), toWrite(message), toWrite(unknown)]);
  await recordDeadLetter(database, {
    event: dead,
    replay: 0,
    errorClass: 'permanent',
    errorMessage: 'no JSON',
    stack: undefined,
    attempts: [],
    deadAt: new Date('2026-01-02T03:05:00Z'),
  });

  const keys = [report, message, unknown, dead, never].map(({ key }) => key);
  const found = await findStoredEvents(database, keys);
  const plain = { appliedAfterMs: undefined, hasStatusRow: false };
  expect(new Set(found)).toEqual(
    new Set([
      { eventKey: report.key, state: 'APPLIED', appliedAfterMs: 250, hasStatusRow: true },
      { eventKey: message.key, state: 'APPLIED', appliedAfterMs: 250, hasStatusRow: false },
      { ...plain, eventKey: unknown.key, state: 'UNHANDLED' },
      { ...plain, eventKey: dead.key, state: 'DEAD' },
    ]),
  );
});

it('finds nothing among none', async () => {
  expect(await findStoredEvents(migrated.database, [])).toEqual([]);
});
