import { randomUUID } from 'node:crypto';
import { until } from '@sinch-callbacks/dev-env/processes';
import { afterEach, expect, it } from 'vitest';
import { createErasureKeys, type ErasedKind } from '../../src/erase/erasure-keys.ts';
import {
  createEventWriter,
  DatabaseUnavailableError,
  recordDeadLetter,
  type WriteAlongside,
} from '../../src/index.ts';
import { allRows, eventOf, toWrite, useMigratedDatabase } from '../support.ts';

const migrated = useMigratedDatabase('one-emptied');
const keys = createErasureKeys('a key for these tests alone, 32 characters');
const [phone, name, text] = ['46701230001', 'Zephyrine Quill', 'the violet teapot'];
const cutoff = '2026-02-01T00:00:00Z';

afterEach(async () => {
  await migrated.database.pool.query('DELETE FROM erasure');
});

async function erased(kind: ErasedKind, value: string, isForEver = false): Promise<void> {
  const id = randomUUID();
  await migrated.database.pool.query(
    `INSERT INTO erasure (id, requested_at, cutoff, state, for_ever, operator)
     VALUES ($1, $2, $2, 'DONE', $3, 'test')`,
    [id, cutoff, isForEver],
  );
  const values = [Buffer.from(keys.digest(kind, value), 'hex'), id];
  await migrated.database.pool.query('INSERT INTO erased_key VALUES ($1, $2)', values);
}

const inbound = (id: string, at: string) => ({
  app_id: 'A1',
  accepted_time: at,
  message: {
    id,
    direction: 'TO_APP',
    contact_id: 'C1',
    conversation_id: 'V1',
    channel_identity: { channel: 'SMS', identity: `+${phone}`, app_id: 'A1' },
    contact_message: { text_message: { text } },
    accept_time: at,
  },
});

async function everything(): Promise<string> {
  return JSON.stringify(await allRows(migrated.database));
}

it('a late copy of what happened before an erasure is written redacted, and makes no task', async () => {
  await erased('identity', phone);
  const tasks: string[] = [];
  const alongside: WriteAlongside = async (_session, events) => {
    tasks.push(...events.map(({ event }) => event.key));
  };
  const writer = createEventWriter(
    migrated.database,
    () => new Date(),
    async () => alongside,
    keys,
  );
  const late = toWrite(eventOf(inbound('M1', '2026-01-31T00:00:00Z'), '2026-02-03T00:00:00Z'));
  expect(await writer.write([late])).toEqual([{ kind: 'applied' }]);
  expect(await writer.write([late])).toEqual([{ kind: 'duplicate' }]);
  const rows = await everything();
  expect(rows).toContain('"M1"');
  expect(rows).not.toContain(phone);
  expect(rows).not.toContain(text);
  expect(tasks).toEqual([]);
});

it('what happens after an erasure is a new relation, and is kept', async () => {
  await erased('identity', phone);
  const writer = createEventWriter(migrated.database, () => new Date(), undefined, keys);
  await writer.write([
    toWrite(eventOf(inbound('M2', '2026-02-02T00:00:00Z'), '2026-02-02T00:00:00Z')),
  ]);
  const rows = await everything();
  expect(rows).toContain(phone);
  expect(rows).toContain(text);
});

it('a person who was erased for ever stays out', async () => {
  await erased('contact', 'C1', true);
  const writer = createEventWriter(migrated.database, () => new Date(), undefined, keys);
  await writer.write([
    toWrite(eventOf(inbound('M2', '2026-02-02T00:00:00Z'), '2026-02-02T00:00:00Z')),
  ]);
  expect(await everything()).not.toContain(phone);
});

it('a report about a message that was erased names no one, whenever it comes', async () => {
  await erased('message', 'M3');
  const writer = createEventWriter(migrated.database, () => new Date(), undefined, keys);
  const report = {
    app_id: 'A1',
    event_time: '2026-03-01T00:00:00Z',
    message_delivery_report: {
      message_id: 'M3',
      status: 'DELIVERED',
      contact_id: 'C1',
      channel_identity: { channel: 'SMS', identity: `+${phone}` },
    },
  };
  await writer.write([toWrite(eventOf(report, '2026-03-01T00:00:00Z'))]);
  const rows = await everything();
  expect(rows).toContain('DELIVERED');
  expect(rows).not.toContain(phone);
});

it('a profile of an erased person, and another body that names the number, come out empty', async () => {
  await erased('contact', 'C1');
  await erased('identity', phone);
  const writer = createEventWriter(migrated.database, () => new Date(), undefined, keys);
  const profile = {
    app_id: 'A1',
    event_time: '2026-01-01T00:00:00Z',
    contact_create_notification: {
      contact: {
        id: 'C1',
        display_name: name,
        email: 'z@example.com',
        channel_identities: [{ channel: 'SMS', identity: phone }],
      },
    },
  };
  const unknown = { something_new: { note: 'call +46 70-123 00 01 today' } };
  const outcomes = await writer.write([toWrite(eventOf(profile)), toWrite(eventOf(unknown))]);
  expect(outcomes.map(({ kind }) => kind)).toEqual(['applied', 'unhandled']);
  const rows = await everything();
  expect(rows).not.toContain(name);
  expect(rows).not.toContain('z@example.com');
  expect(rows).not.toContain(phone);
  expect(rows).not.toContain('70-123 00 01');
});

it('an opt-out of an erased person that comes late is kept under the keyed spelling', async () => {
  await erased('identity', phone);
  const writer = createEventWriter(migrated.database, () => new Date(), undefined, keys);
  const optOut = {
    app_id: 'A1',
    event_time: '2026-01-01T00:00:00Z',
    opt_out_notification: {
      contact_id: 'C1',
      channel: 'SMS',
      identity: `+${phone}`,
      status: 'OPT_OUT_SUCCEEDED',
    },
  };
  await writer.write([toWrite(eventOf(optOut))]);
  const rows = await migrated.read('SELECT channel, identity, state FROM consent_current');
  expect(rows).toEqual([
    { channel: 'SMS', identity: keys.erasedSpelling(phone), state: 'OPTED_OUT' },
  ]);
});

it('a dead letter about an erased person is closed, without its body and errors', async () => {
  await erased('identity', phone);
  const event = eventOf(inbound('M5', '2026-01-31T00:00:00Z'));
  const at = '2026-02-03T00:00:00Z';
  const attempts = [
    { replay: 0, attempt: 1, at, errorClass: 'permanent', message: `bad ${phone}` },
  ];
  const letter = {
    event,
    replay: 0,
    errorClass: 'permanent',
    errorMessage: `bad ${phone}`,
    stack: `at ${text}`,
    attempts,
    deadAt: new Date(at),
  };
  expect(await recordDeadLetter(migrated.database, letter, keys)).toBe('already-closed');
  const rows = await everything();
  expect(rows).toContain('REDACTED');
  expect(rows).not.toContain(phone);
  expect(rows).not.toContain(text);
});

it('without the key nothing is written while anyone is on the list', async () => {
  await erased('identity', phone);
  const writer = createEventWriter(migrated.database, () => new Date());
  const write = writer.write([toWrite(eventOf(inbound('M6', '2026-01-31T00:00:00Z')))]);
  await expect(write).rejects.toThrow(DatabaseUnavailableError);
  await expect(write).rejects.toThrow('ERASURE_KEY');
  expect(await migrated.read('SELECT FROM event_guard')).toEqual([]);
});

it('with another key than that of the list nothing is written either', async () => {
  await erased('identity', phone);
  await migrated.database.pool.query('UPDATE erasure SET key_id = $1', [keys.keyId]);
  const others = createErasureKeys('another key for these tests, 32 characters');
  const writer = createEventWriter(migrated.database, () => new Date(), undefined, others);
  const write = writer.write([toWrite(eventOf(inbound('M6', '2026-01-31T00:00:00Z')))]);
  await expect(write).rejects.toThrow('this is not the ERASURE_KEY that erased people here');
  expect(await migrated.read('SELECT FROM event_guard')).toEqual([]);
});

it('an empty list costs no statement, and a list with rows costs one a batch', async () => {
  const { pool } = migrated.database;
  let statements: string[] = [];
  const connect = pool.connect.bind(pool);
  const count = async (write: () => Promise<unknown>) => {
    const client = await connect();
    const query = client.query;
    statements = [];
    Reflect.set(client, 'query', (given: unknown, ...rest: unknown[]) => {
      statements.push(JSON.stringify(given));
      return Reflect.apply(query, client, [given, ...rest]);
    });
    client.release();
    await write();
    Reflect.set(client, 'query', query);
    return statements.length;
  };
  const writer = createEventWriter(migrated.database, () => new Date(), undefined, keys);
  const batch = (from: number) =>
    [0, 1, 2].map((n) => toWrite(eventOf(inbound(`B${from + n}`, '2026-02-02T00:00:00Z'))));
  const plain = await count(async () => await writer.write(batch(0)));
  expect(statements.filter((sql) => sql.includes('FROM erased_key AS k'))).toEqual([]);
  await erased('identity', '46709999999');
  // It finds out at the first batch, which it writes again.
  await writer.write(batch(10));
  expect(await count(async () => await writer.write(batch(20)))).toBe(plain + 1);
  await pool.query('DELETE FROM erasure');
  await writer.write(batch(30));
  expect(await count(async () => await writer.write(batch(40)))).toBe(plain);
});

it('batches that find a filled list at the same time are all written, and cost no attempt', async () => {
  await erased('identity', phone);
  const writer = createEventWriter(migrated.database, () => new Date(), undefined, keys);
  const write = async (id: string) =>
    await writer.write([toWrite(eventOf(inbound(id, '2026-02-02T00:00:00Z')))]);
  const other = await migrated.database.pool.connect();
  await other.query('BEGIN; LOCK TABLE event_guard IN SHARE MODE');
  const writes = Promise.all(['N1', 'N2'].map(write));
  const waiting = `SELECT FROM pg_locks WHERE NOT granted AND relation = 'event_guard'::regclass`;
  // Each has begun before any of them can find out.
  await until(async () => (await migrated.read(waiting)).length === 2, { what: 'both' });
  await other.query('COMMIT');
  other.release();
  expect((await writes).flat()).toEqual([{ kind: 'applied' }, { kind: 'applied' }]);
});
