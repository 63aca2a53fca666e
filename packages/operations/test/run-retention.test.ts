import {
  createPartitionsAhead,
  DatabaseUnavailableError,
  FutureInstantError,
  toTheEnd,
} from '@sinch-callbacks/db';
import { describe, expect, it } from 'vitest';
import { agreedTime, ClocksDifferError, planRetention, runRetention } from '../src/index.ts';
import { useSchedule } from './support/use-schedule.ts';
import { eventOf, received, reportEvent } from './support/write-event.ts';

const schedule = useSchedule();
const { write, count } = schedule;
const dayMs = 86_400_000;
const longAgo = Date.parse('2020-01-01T12:00:00.000Z');
const plan = (days: Partial<Parameters<typeof planRetention>[0]>, now = new Date()) =>
  planRetention({ tableDays: {}, ...days }, now);
const ignore = () => undefined;

/** Each removal from this table fails with this error from now on. */
async function refuse(table: string, sqlState: string): Promise<void> {
  const { pool } = schedule.database;
  await pool.query(`CREATE OR REPLACE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'planted' USING ERRCODE = '${sqlState}'; END $$`);
  await pool.query(`CREATE TRIGGER refuse BEFORE DELETE ON ${table}
    FOR EACH ROW EXECUTE FUNCTION refuse()`);
}
const allow = async (table: string) =>
  await schedule.database.pool.query(`DROP TRIGGER refuse ON ${table}`);

async function run(days: Parameters<typeof plan>[0]) {
  const failed: string[] = [];
  const result = await runRetention(schedule.database, plan(days), {
    proceed: toTheEnd,
    onRows: ignore,
    onFailure: ({ table, action }) => void failed.push(`${table} ${action}`),
  }).catch((error: unknown) => error);
  return { failed, result };
}

describe('a step that fails', () => {
  const inbound = eventOf({
    app_id: '01APP',
    message: { id: '01M', direction: 'TO_APP', contact_message: { text_message: { text: 'x' } } },
  });
  const textsLeft = async () => {
    const sql = 'SELECT FROM message WHERE emptied_at IS NULL';
    return (await schedule.database.pool.query(sql)).rowCount;
  };

  it.each(['42501', 'P0001'])('keeps no other from running, such as by %s', async (sqlState) => {
    await write(received(inbound, longAgo));
    await refuse('conversation', sqlState);
    await schedule.database.pool.query(
      `INSERT INTO conversation (sinch_conversation_id, created_at, updated_at)
       VALUES ('V', $1, $1)`,
      [new Date(longAgo)],
    );
    const { failed, result } = await run({ tableDays: { conversation: 8 }, redactAfterDays: 8 });
    await allow('conversation');
    expect(failed).toEqual(['conversation removed']);
    const step = { table: 'conversation', action: 'removed' };
    expect(result).toMatchObject({ isComplete: true, failures: [{ step }] });
    expect(String(Reflect.get(Object(result), 'failures')[0].error)).toContain('planted');
    expect(await count('conversation')).toBe(1);
    expect(await textsLeft()).toBe(0);
  });

  it.each(['callback_event', 'event_guard'])(
    'in %s keeps the keys of messages, so that none is sent again',
    async (table) => {
      const { database } = schedule;
      await createPartitionsAhead(database, new Date(longAgo));
      await write(received(reportEvent('01R'), longAgo));
      await database.pool.query(
        `INSERT INTO outbound (id, app_id, key, lane, content_digest, request, state, created_at,
         settled_at)
       VALUES (gen_random_uuid(), 'app', 'k', 'l', '\\x00', '{}', 'SENT', $1, $1)`,
        [new Date(longAgo)],
      );
      const { rows } = await database.pool.query<{ week: string }>(
        'SELECT tableoid::regclass::text AS week FROM callback_event_settled',
      );
      const days = { eventDays: 8, guardDays: 8, tableDays: { outbound: 8 } };
      if (table === 'event_guard') await refuse(table, '42501');
      else await database.pool.query(`CREATE VIEW dependent AS SELECT FROM ${rows[0]?.week}`);
      const { failed } = await run(days);
      if (table === 'event_guard') await allow(table);
      else await database.pool.query('DROP VIEW dependent');
      expect(failed).toEqual([`${table} removed`, 'outbound removed']);
      expect(await count('outbound')).toBe(1);
      expect((await run(days)).failed).toEqual([]);
      expect([await count('callback_event'), await count('outbound')]).toEqual([0, 0]);
    },
  );

  it('ends the run where the database is down', async () => {
    await write(received(inbound, longAgo));
    await write(received(reportEvent('01R'), longAgo));
    await refuse('event_guard', '57P01');
    const { failed, result } = await run({ eventDays: 8, guardDays: 8, redactAfterDays: 8 });
    await allow('event_guard');
    expect([failed, result]).toEqual([[], expect.any(DatabaseUnavailableError)]);
    expect(await textsLeft()).toBe(2);
  });
});

it('an answer that comes late does not take a refusal back', async () => {
  await write(received(reportEvent('01R'), longAgo));
  const refused = Promise.withResolvers<void>();
  let asked = 0;
  const proceed = async (rows: number) => {
    asked += 1;
    if (asked === 1) return true;
    if (rows === 0) {
      refused.resolve();
      return false;
    }
    await refused.promise;
    return true;
  };
  const days = plan({ redactAfterDays: 8 });
  const work = { proceed, onRows: ignore };
  expect(await runRetention(schedule.database, days, work)).toMatchObject({ isComplete: false });
});

it('nothing goes by an instant that is later than the database’s clock, and none is noted', async () => {
  await write(received(reportEvent('01R'), longAgo));
  const nextYear = new Date(Date.now() + 365 * dayMs);
  for (const days of [{ eventDays: 8 }, { tableDays: { message: 8 } }, { redactAfterDays: 8 }]) {
    const work = { proceed: toTheEnd, onRows: ignore };
    await expect(
      runRetention(schedule.database, plan(days, nextYear), work),
    ).rejects.toBeInstanceOf(FutureInstantError);
  }
  expect([await count('callback_event'), await count('message')]).toEqual([1, 1]);
  expect(await count('redaction')).toBe(0);
});

it('the time is that of the database, where the clock here agrees', async () => {
  const { database } = schedule;
  const offBy = (ms: number) => () => new Date(Date.now() + ms);
  const at = await agreedTime(database, offBy(4 * 60_000));
  expect(Math.abs(at.getTime() - Date.now())).toBeLessThan(60_000);
  for (const ms of [6 * 60_000, -6 * 60_000]) {
    const differing = agreedTime(database, offBy(ms));
    await expect(differing).rejects.toBeInstanceOf(ClocksDifferError);
  }
});
