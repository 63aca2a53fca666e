import { until } from '@sinch-callbacks/dev-env/processes';
import { queryRows } from '@sinch-callbacks/dev-env/servers';
import * as fc from 'fast-check';
import pg from 'pg';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  countInOldWeeks,
  countPrunableGuards,
  createEventWriter,
  createPartitionsAhead,
  dropOldWeeks,
  findDeadLetter,
  findMessage,
  pruneGuards,
  recordDeadLetter,
} from '../../src/index.ts';
import { allRows, eventOf, toWrite, useMigratedDatabase } from '../support.ts';

const migrated = useMigratedDatabase('one-per-test');

const monday = Date.parse('2025-03-10T00:00:00.000Z');
const dayMs = 86_400_000;
const receipt = (offsetMs: number) => new Date(monday + offsetMs).toISOString();
const daysLater = (days: number) => new Date(monday + days * dayMs);

const report = (id: string, receivedAt: string) =>
  eventOf({ message_delivery_report: { message_id: id, status: 'READ' } }, receivedAt);

const writer = (appliedAt?: Date) =>
  createEventWriter(migrated.database, () => appliedAt ?? new Date());

async function rowsByTable(): Promise<Record<string, number>> {
  const rows = await queryRows<{ name: string; count: number }>(
    migrated.url,
    `SELECT tableoid::regclass::text AS name, count(*)::integer AS count
     FROM callback_event GROUP BY 1`,
  );
  return Object.fromEntries(rows.map(({ name, count }) => [name, count]));
}

const die = async (id: string, receivedAt: string) =>
  await recordDeadLetter(migrated.database, {
    event: report(id, receivedAt),
    replay: 0,
    errorClass: 'permanent',
    errorMessage: 'refused',
    stack: undefined,
    attempts: [],
    deadAt: new Date(receivedAt),
  });

describe('weeks', () => {
  it('are made ahead by every migration, and again on request', async () => {
    const { database, url } = migrated;
    const { created, ahead } = await createPartitionsAhead(database, new Date());
    expect({ created, ahead }).toEqual({ created: [], ahead: 8 });
    const all = await Promise.all(
      [1, 2, 3].map(async () => await createPartitionsAhead(database, new Date(monday))),
    );
    expect(all.flatMap((one) => one.created).toSorted()).toHaveLength(10);
    expect(await writer().write([toWrite(report('m', receipt(0)))])).toMatchObject([
      { kind: 'applied' },
    ]);
    expect(await rowsByTable()).toEqual({ callback_event_w20250310: 1 });
    const [{ partitions } = {}] = await queryRows<{ partitions: number }>(
      url,
      "SELECT count(*)::integer AS partitions FROM pg_inherits WHERE inhparent = 'callback_event_settled'::regclass",
    );
    expect(partitions).toBeGreaterThanOrEqual(21);
  });

  it('of which the default partition holds rows take them over, and lose none', async () => {
    const offsets = [-1, 0, 1, 7 * dayMs - 1, 7 * dayMs];
    const events = offsets.map((offset) => toWrite(report(`m${offset}`, receipt(offset))));
    await writer(new Date(monday)).write(events);
    expect(await rowsByTable()).toEqual({ callback_event_default: 5 });
    const before = await allRows(migrated.database);
    await createPartitionsAhead(migrated.database, new Date(monday));
    expect(await rowsByTable()).toEqual({
      callback_event_w20250303: 1,
      callback_event_w20250310: 3,
      callback_event_w20250317: 1,
    });
    expect(await allRows(migrated.database)).toEqual(before);
  });

  it('that are made while their events are written let none fail', async () => {
    const { url } = migrated;
    const maker = new pg.Client({ connectionString: url });
    await maker.connect();
    await maker.query(`BEGIN; LOCK TABLE callback_event_default IN ACCESS EXCLUSIVE MODE`);
    const writing = writer().write([toWrite(report('m', receipt(1)))]);
    const isWaiting = async () =>
      (
        await queryRows(
          url,
          "SELECT FROM pg_locks WHERE NOT granted AND relation = 'callback_event_default'::regclass",
        )
      ).length > 0;
    await until(isWaiting, { what: 'the writer to wait' });
    await maker.query(`
      CREATE TABLE callback_event_w20250310 PARTITION OF callback_event_settled
        FOR VALUES FROM ('${receipt(0)}') TO ('${receipt(7 * dayMs)}');
      COMMIT`);
    await maker.end();
    expect(await writing).toEqual([{ kind: 'applied' }]);
    expect(await rowsByTable()).toEqual({ callback_event_w20250310: 1 });
  });
});

it('the same event on both sides of a boundary, 1,000 times from four writers, is one row', async () => {
  const { database } = migrated;
  await createPartitionsAhead(database, new Date(monday));
  const inBatch = 50;
  const writers = [0, 1, 2, 3].map(() => writer());
  const sides = fc.array(fc.constantFrom(-1, 0), { minLength: 4, maxLength: 4 });
  const batch = fc.array(sides, { minLength: inBatch, maxLength: inBatch });
  let runs = 0;
  await fc.assert(
    fc.asyncProperty(batch, fc.infiniteStream(fc.nat()), async (offsets, order) => {
      runs += 1;
      const outcomes = await Promise.all(
        writers.map(async (one, index) => {
          const events = offsets.map((sidesOfOne, n) =>
            toWrite(report(`m${runs}-${n}`, receipt(sidesOfOne[index] ?? 0))),
          );
          const shuffled = events
            .map((event) => [order.next().value, event] as const)
            .toSorted(([a], [b]) => a - b)
            .map(([, event]) => event);
          return await one.write(shuffled);
        }),
      );
      const applied = outcomes.flat().filter(({ kind }) => kind === 'applied');
      expect(applied).toHaveLength(inBatch);
      expect(outcomes.flat().every(({ kind }) => kind !== 'failed')).toBe(true);
    }),
    { numRuns: 1_000 / inBatch, endOnFailure: true },
  );
  const { callback_event: events, event_guard: guards } = await allRows(database);
  expect([events?.length, guards?.length]).toEqual([1_000, 1_000]);
});

describe('dropping an old week', () => {
  beforeEach(async () => {
    await createPartitionsAhead(migrated.database, new Date(monday));
  });

  const cutoff = daysLater(60);

  it('leaves open letters and unhandled events, which can be replayed', async () => {
    const { database } = migrated;
    await die('dead', receipt(1));
    await writer().write([toWrite(eventOf({ something_new: {} }, receipt(1)))]);
    await writer(daysLater(1)).write([toWrite(report('applied', receipt(1)))]);
    expect(await countInOldWeeks(database, cutoff)).toBe(1);
    expect(await dropOldWeeks(database, cutoff)).toBe(1);
    expect(await rowsByTable()).toEqual({ callback_event_kept: 2 });
    const letter = await findDeadLetter(database, report('dead', '').key);
    expect(letter?.event.rawBody).toEqual(report('dead', '').rawBody);
    if (letter === undefined) return;
    expect(await writer().write([toWrite(letter.event)])).toEqual([{ kind: 'applied' }]);
    expect(await findMessage(database, 'dead')).toMatchObject({ status: 'READ' });
    expect(await rowsByTable()).toEqual({ callback_event_kept: 1, callback_event_default: 1 });
  });

  it('lets a double that comes later change nothing for as long as its guard is kept', async () => {
    const { database } = migrated;
    const original = report('m', receipt(1));
    await writer(daysLater(1)).write([toWrite(original)]);
    await dropOldWeeks(database, cutoff);
    const before = await allRows(database);
    expect(before['callback_event']).toEqual([]);
    const again = report('m', daysLater(61).toISOString());
    expect(await writer().write([toWrite(again)])).toEqual([{ kind: 'duplicate' }]);
    expect(await die('m', daysLater(62).toISOString())).toBe('already-applied');
    expect(await allRows(database)).toEqual(before);
    expect(await pruneGuards(database, daysLater(0))).toBe(0);
    expect(await pruneGuards(database, daysLater(61))).toBe(1);
    expect(await writer().write([toWrite(again)])).toEqual([{ kind: 'applied' }]);
  });

  it('keeps what was applied late, and what is not over', async () => {
    const { database } = migrated;
    await writer(daysLater(61)).write([toWrite(report('late', receipt(1)))]);
    await writer(daysLater(1)).write([toWrite(report('last week', receipt(-1)))]);
    await writer(daysLater(8)).write([toWrite(report('next week', receipt(7 * dayMs)))]);
    expect(await dropOldWeeks(database, daysLater(7))).toBe(1);
    expect(await rowsByTable()).toEqual({ callback_event_default: 1, callback_event_w20250317: 1 });
  });

  it('is finished by the next call where it was cut off', async () => {
    const { database, url } = migrated;
    await writer(daysLater(1)).write([toWrite(report('m', receipt(1)))]);
    await queryRows(
      url,
      'ALTER TABLE callback_event_settled DETACH PARTITION callback_event_w20250310',
    );
    expect(await dropOldWeeks(database, cutoff)).toBe(1);
    expect(await rowsByTable()).toEqual({});
  });

  it('waits a short while for a session that holds a row, and goes on afterwards', async () => {
    const { database, url } = migrated;
    await writer(daysLater(1)).write([toWrite(report('m', receipt(1)))]);
    const holder = new pg.Client({ connectionString: url });
    await holder.connect();
    await holder.query('BEGIN; SELECT FROM callback_event FOR UPDATE');
    const dropping = dropOldWeeks(database, cutoff);
    const waits = async () =>
      (await queryRows(url, 'SELECT FROM pg_locks WHERE NOT granted')).length > 0;
    await until(waits, { what: 'the drop to wait' });
    await holder.query('COMMIT');
    await holder.end();
    expect(await dropping).toBe(1);
  });
});

it('a guard stays while anything of its event does, however old it is', async () => {
  const { database } = migrated;
  await createPartitionsAhead(database, new Date(monday));
  const old = daysLater(-100).toISOString();
  await die('dead', old);
  await writer().write([toWrite(eventOf({ something_new: {} }, old))]);
  await writer().write([toWrite(report('in the default partition', old))]);
  await writer().write([toWrite(report('in a week', receipt(0)))]);
  const now = daysLater(1_000);
  expect(await countPrunableGuards(database, now)).toBe(0);
  expect(await pruneGuards(database, now)).toBe(0);
  await queryRows(migrated.url, 'DELETE FROM callback_event WHERE NOT kept');
  await dropOldWeeks(database, now);
  expect(await countPrunableGuards(database, now)).toBe(2);
  expect(await pruneGuards(database, now)).toBe(2);
});
