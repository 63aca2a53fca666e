import { once } from 'node:events';
import { findLastRetention, noteRetention, TooManyIdsError } from '@sinch-callbacks/db';
import { until } from '@sinch-callbacks/dev-env/processes';
import { openFaultProxy } from '@sinch-callbacks/dev-env/servers';
import { type EraseContact, scheduleText } from '@sinch-callbacks/operations';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  atTheEnd,
  keepContacts,
  letterCount,
  retention,
  useRetention,
} from './support/use-retention.ts';
import { soon } from './support/worker-fixture.ts';

const schedule = useRetention();
const { insertOld, counts, keep, hasBegun } = schedule;

it('a lock that is lost ends it, and the next run does the rest', async () => {
  await insertOld();
  const { outcomes, ends } = keep({ pauseMs: 2_000 });
  await until(hasBegun, soon('the first batch'));
  await schedule.fixture.database.pool.query(`SELECT pg_terminate_backend(pid) FROM pg_locks
    WHERE locktype = 'advisory' AND objid = 727411903 AND granted
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`);
  await ends('interrupted');
  await ends('complete');
  expect(outcomes()).not.toContain('failed');
  expect(await counts()).toEqual(atTheEnd);
});

it('a database that goes down in the middle fails it, and the next run does the rest', async () => {
  await insertOld();
  const proxy = await openFaultProxy(schedule.fixture.databaseUrl);
  onTestFinished(async () => await proxy.close());
  const { keeper, ends } = keep({ databaseUrl: proxy.url, pauseMs: 5_000 });
  await until(hasBegun, soon('the first batch'));
  await proxy.cut();
  await ends('failed');
  expect((await counts())['runs']).toBe(0);
  await keeper.stop();
  await proxy.restore();
  await keep({ databaseUrl: proxy.url }).ends('complete');
  expect(await counts()).toEqual(atTheEnd);
});

it('a step that fails is logged with its table and tried again, and the others are done', async () => {
  await insertOld();
  const { pool } = schedule.fixture.database;
  await pool.query(`CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'must be owner' USING ERRCODE = '42501'; END $$`);
  await pool.query(`CREATE TRIGGER refuse BEFORE DELETE ON event_guard
    FOR EACH ROW EXECUTE FUNCTION refuse()`);
  const { ends, lines } = keep();
  await ends('failed');
  expect(lines()[0]).toMatchObject({ msg: 'retention step failed', table: 'event_guard' });
  expect(await counts()).toMatchObject({ letters: 1, messages: 0, runs: 0 });
  await pool.query('DROP TRIGGER refuse ON event_guard');
  await ends('complete');
  expect(await counts()).toEqual(atTheEnd);
});

it('a clock that is wrong removes nothing and notes nothing, and the line says both times', async () => {
  await insertOld();
  const { ends, lines } = keep({ now: () => new Date(Date.now() + 365 * 86_400_000) });
  await ends('failed');
  expect(JSON.stringify(lines()[0])).toMatch(/the clock here shows .*Z, and the database’s .*Z/);
  expect(await counts()).toMatchObject({ letters: letterCount + 1, runs: 0 });
});

it('a run that a wrong clock noted in the future keeps no worker from its own', async () => {
  await insertOld();
  const text = scheduleText({ ...retention, contactDelete: keepContacts });
  const finishedAt = new Date(Date.now() + 365 * 86_400_000);
  const { database } = schedule.fixture;
  await noteRetention(database, { startedAt: finishedAt, finishedAt, schedule: text, removed: {} });
  const { ends } = keep();
  await ends('complete');
  expect(await counts()).toEqual({ ...atTheEnd, runs: 2 });
  expect((await findLastRetention(database))?.removed).toMatchObject({ 'message removed': 3_501 });
});

it('a run of its own, noted while both clocks were ahead, does not hold up the next', async () => {
  const { database } = schedule.fixture;
  const [startedAt, finishedAt] = [new Date(0), new Date(0)];
  await noteRetention(database, { startedAt, finishedAt, schedule: 'another', removed: {} });
  // A function of the first schema in the path takes the place of the clock.
  await database.pool.query('CREATE SCHEMA clock');
  await database.pool.query(`CREATE FUNCTION clock.clock_timestamp() RETURNS timestamptz
    LANGUAGE sql RETURN pg_catalog.clock_timestamp() + interval '20 days'`);
  const url = new URL(schedule.fixture.databaseUrl);
  url.searchParams.set('options', '-c search_path=clock,public,pg_catalog');
  let aheadMs = 20 * 86_400_000;
  const now = () => new Date(Date.now() + aheadMs);
  const { ends, outcomes } = keep({ databaseUrl: url.href, now });
  await ends('complete');
  aheadMs = 0;
  await database.pool.query('DROP FUNCTION clock.clock_timestamp()');
  await until(() => outcomes().filter((one) => one === 'complete').length > 1, soon('the next'));
  expect((await counts())['runs']).toBe(3);
});

describe('contacts that Sinch deleted', () => {
  const policy = 'erase';
  const contactDelete = { policy, graceDays: 30 } as const;
  const insertDeleted = async (number: number) =>
    await schedule.fixture.database.pool.query(
      `INSERT INTO contact (sinch_contact_id, display_name, created_at, deleted_at)
       SELECT 'C' || n, 'Zephyrine', now(), now() - interval '31 days'
       FROM generate_series(1, $1::integer) AS n`,
      [number],
    );
  const lastRun = async () => (await findLastRetention(schedule.fixture.database))?.removed;

  it('are treated by a worker whose policy says so, though another one has just run without', async () => {
    await insertDeleted(1);
    const first = keep();
    await first.ends('complete');
    const second = keep({ contactDelete: { policy: 'redact', graceDays: 30 } });
    await second.ends('complete');
    expect(await lastRun()).toEqual({ 'contact redacted': 1 });
  });

  it('and cannot be treated are logged and counted, and the run is complete', async () => {
    await insertDeleted(12);
    const erase = async () => await Promise.reject(new TooManyIdsError());
    const { ends, lines } = keep({ contactDelete, openEraser: () => ({ erase }) });
    await ends('complete');
    const notErased = lines().filter(({ msg }) => msg === 'contact not erased');
    expect(notErased).toHaveLength(12);
    expect(await lastRun()).toEqual({ 'contact failed': 12 });
  });

  it('are left by a stop in the middle of one, which is no failure', async () => {
    await insertDeleted(2);
    const begun = Promise.withResolvers<void>();
    const erase: EraseContact['erase'] = async (_, { signal }) => {
      begun.resolve();
      if (signal === undefined) throw new Error('no signal');
      await once(signal, 'abort');
      throw new Error('interrupted');
    };
    const { keeper, ends, lines } = keep({ contactDelete, openEraser: () => ({ erase }) });
    await begun.promise;
    await keeper.stop();
    await ends('interrupted');
    expect(lines()).toMatchObject([{ msg: 'retention ended', removed: {} }]);
  });
});
