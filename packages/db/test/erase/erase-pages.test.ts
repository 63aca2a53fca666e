import { randomUUID } from 'node:crypto';
import { encodeRawBody } from '@sinch-callbacks/core';
import { expect, it, onTestFinished } from 'vitest';
import {
  createEventWriter,
  type Database,
  eraseTables,
  openDatabase,
  recordDeadLetter,
} from '../../src/index.ts';
import { eventOf, toWrite, useMigratedDatabase } from '../support.ts';
import { beginErasureOfPhone, keys } from './begin-erasure-of-phone.ts';
import { at, messageOf, phone } from './person-events.ts';

const migrated = useMigratedDatabase('one-per-test');

async function write(bodies: readonly object[]): Promise<void> {
  const writer = createEventWriter(migrated.database, () => new Date(), undefined, keys);
  const outcomes = await writer.write(bodies.map((body) => toWrite(eventOf(body, at(10)))));
  expect(outcomes.filter(({ kind }) => kind === 'failed')).toEqual([]);
}

const report = (channel: string, identity: string, minute: number, status: string) => ({
  app_id: 'A1',
  event_time: at(minute),
  event_delivery_report: {
    event_id: 'E7',
    status,
    contact_id: 'C1',
    channel_identity: { channel, identity, app_id: 'A1' },
    reason: { code: 'X', description: `about ${phone}` },
  },
});

it('a page that takes too long is erased in parts, down to its single rows', async () => {
  const { pool, limits } = migrated.database;
  const bodies = Array.from({ length: 9 }, (_, n) => messageOf(`M${n}`, 'C1', phone, 'a teapot'));
  await write(bodies);
  const running = await beginErasureOfPhone(migrated.database);
  await pool.query(`
    CREATE FUNCTION pause() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN PERFORM pg_sleep(0.25); RETURN NEW; END $$;
    CREATE TRIGGER pause BEFORE UPDATE ON message FOR EACH ROW EXECUTE FUNCTION pause()`);
  const slow: Database = { ...migrated.database, limits: { ...limits, statementTimeoutMs: 400 } };
  const pages: string[] = [];
  await eraseTables(slow, running, keys, (table) => pages.push(table));
  expect(pages.filter((table) => table === 'message').length).toBeGreaterThanOrEqual(9);
  expect(await migrated.read('SELECT FROM message WHERE identity IS NOT NULL')).toEqual([]);
});

it('a late report copies nothing of a channel into an event that is erased', async () => {
  await write([
    report('SMS', phone, 2, 'QUEUED_ON_CHANNEL'),
    report('RCS', phone, 3, 'QUEUED_ON_CHANNEL'),
  ]);
  const interrupted = async () => {
    const running = await beginErasureOfPhone(migrated.database);
    await eraseTables(migrated.database, running, keys, (table) => {
      if (table.startsWith('event_delivery')) throw new Error('between the two tables');
    });
  };
  await expect(interrupted()).rejects.toThrow('between the two tables');
  // The status of the event is that of the other channel from now on.
  await write([report('RCS', phone, 4, 'SWITCHING_CHANNEL')]);
  await eraseTables(migrated.database, await beginErasureOfPhone(migrated.database), keys);
  expect(await migrated.read('SELECT channel FROM event_delivery')).toEqual([{ channel: 'SMS' }]);
  const found = `SELECT FROM event_delivery AS t WHERE t::text LIKE '%${phone}%'
    UNION ALL SELECT FROM event_delivery_channel AS t WHERE t::text LIKE '%${phone}%'`;
  expect(await migrated.read(found)).toEqual([]);
});

it('of reports that differ in the identity alone, the one that was received first stays', async () => {
  const delivered = (identity: string) => ({
    app_id: 'A1',
    event_time: at(2),
    message_delivery_report: {
      message_id: 'M1',
      status: 'DELIVERED',
      contact_id: 'C1',
      channel_identity: { channel: 'SMS', identity, app_id: 'A1' },
    },
  });
  await write([messageOf('M1', 'C1', phone, 'hello')]);
  await write([delivered(phone)]);
  await write([delivered('46701230002')]);
  // The physical order is the other one.
  await migrated.database.pool.query(
    `UPDATE message_status SET received_at = received_at - interval '1 hour', rank = rank
     WHERE identity <> $1`,
    [phone],
  );
  const [first] = await migrated.read(
    'SELECT event_digest FROM message_status ORDER BY received_at LIMIT 1',
  );
  await eraseTables(migrated.database, await beginErasureOfPhone(migrated.database), keys);
  expect(await migrated.read('SELECT event_digest FROM message_status')).toEqual([first]);
});

it('a discarded letter that only its body names loses its errors', async () => {
  const { database } = migrated;
  await recordDeadLetter(database, {
    event: eventOf({ brand_new_notification: { note: `it is ${phone}` } }, at(11)),
    replay: 0,
    errorClass: 'permanent',
    errorMessage: 'no violet teapot',
    stack: 'Error: no violet teapot',
    attempts: [],
    deadAt: new Date(at(12)),
  });
  await database.pool.query(`UPDATE dead_letter SET resolved_at = now(), resolution = 'DISCARDED'`);
  await eraseTables(database, await beginErasureOfPhone(database), keys);
  expect(await migrated.read('SELECT error_message, stack FROM dead_letter')).toEqual([
    { error_message: '(redacted)', stack: null },
  ]);
});

it('a letter that dies again after the erasure began keeps no message of an earlier attempt', async () => {
  const { database } = migrated;
  const attempt = (n: number) => ({
    replay: 0,
    attempt: n,
    at: at(n),
    errorClass: 'permanent',
    message: `no violet teapot ${n}`,
  });
  const letter = {
    event: eventOf(messageOf('M5', 'C1', phone, 'hello'), at(11)),
    replay: 0,
    errorClass: 'permanent',
    errorMessage: 'no violet teapot',
    stack: undefined,
    attempts: [attempt(1)],
    deadAt: new Date(at(12)),
  };
  await recordDeadLetter(database, letter, keys);
  await beginErasureOfPhone(database);
  const again = { ...letter, attempts: [attempt(1), attempt(2)] };
  expect(await recordDeadLetter(database, again, keys)).toBe('already-closed');
  const rows = await migrated.read('SELECT resolution, attempts::text FROM dead_letter');
  expect(rows).toMatchObject([{ resolution: 'REDACTED' }]);
  expect(JSON.stringify(rows)).not.toContain('teapot');
});

it.each([
  ['right after a byte that is no text', [0xff, ...Buffer.from(phone)], true],
  ['after a zero', [0, ...Buffer.from(phone)], true],
  ['escaped for JSON', [0xff, ...Buffer.from(String.raw`\u0034${phone.slice(1)}`)], true],
  ['after a backslash', [0xff, ...Buffer.from(`\\${phone}`)], true],
  ['within a longer number', [0xff, ...Buffer.from(`1${phone}`)], false],
])('a number in a body of bytes is found %s', async (_, bytes, isFound) => {
  const event = { ...eventOf('not JSON', at(10)), rawBody: encodeRawBody(Buffer.from(bytes)) };
  expect(event.rawBody.encoding).toBe('base64');
  const { pool } = migrated.database;
  await pool.query(
    `INSERT INTO callback_event (event_digest, kept, received_at, attempts, state, trigger,
       raw_body_encoding, raw_body)
     VALUES ('\\x01', true, now(), 1, 'DEAD', 'UNREADABLE', 'base64', $1)`,
    [event.rawBody.text],
  );
  await eraseTables(migrated.database, await beginErasureOfPhone(migrated.database), keys);
  const [row] = await migrated.read('SELECT raw_body FROM callback_event');
  expect(row).toEqual({ raw_body: isFound ? '' : event.rawBody.text });
});

it.each([
  ['may', 'superuser', '0'],
  ['may not', 'nosuperuser', '-1'],
])('a role that %s keep values out of the log of Postgres erases', async (_, kind, setting) => {
  const { pool } = migrated.database;
  await write([messageOf('M1', 'C1', phone, 'a teapot')]);
  const role = `eraser_${randomUUID().replaceAll('-', '')}`;
  await pool.query(`CREATE ROLE ${role} ${kind};
    GRANT ALL ON ALL TABLES IN SCHEMA public TO ${role};
    CREATE TABLE seen (setting text); GRANT ALL ON seen TO ${role};
    CREATE FUNCTION see() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      INSERT INTO seen VALUES (current_setting('log_parameter_max_length')); RETURN NEW; END $$;
    CREATE TRIGGER see BEFORE UPDATE ON message FOR EACH ROW EXECUTE FUNCTION see()`);
  const options = new URLSearchParams({ options: `-c role=${role}` });
  const url = `${migrated.url}?${options.toString().replaceAll('+', '%20')}`;
  const database = openDatabase({ url });
  onTestFinished(async () => await database.close());
  await eraseTables(database, await beginErasureOfPhone(database), keys);
  await database.close();
  expect(await migrated.read('SELECT setting FROM seen')).toEqual([{ setting }]);
  expect(await migrated.read('SELECT text FROM message')).toEqual([{ text: null }]);
  await pool.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
});
