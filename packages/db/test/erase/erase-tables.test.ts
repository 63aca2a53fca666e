import { expect, it } from 'vitest';
import {
  countToErase,
  createEventWriter,
  eraseTables,
  findPerson,
  findTypedErasures,
  finishErasure,
  liftErasures,
  recordDeadLetter,
  typedDigests,
} from '../../src/index.ts';
import { eventOf, toWrite, useMigratedDatabase } from '../support.ts';
import { beginErasureOfPhone, keys, typed } from './begin-erasure-of-phone.ts';
import { at, events, messageOf, phone } from './person-events.ts';

const migrated = useMigratedDatabase('one-per-test');
const canaries = [phone, '70-123 00 01', 'Zephyrine', 'violet teapot', 'z@example.com', 'crm-771'];

const tables = `
SELECT c.oid::regclass::text AS name FROM pg_class AS c
WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace ORDER BY 1`;

/** Reads every column of every table as text, by table, as a dump has them. */
async function dump(): Promise<Record<string, string[]>> {
  const all: Record<string, string[]> = {};
  for (const { name } of await migrated.read(tables)) {
    if (String(name).startsWith('_prisma')) continue;
    const rows = await migrated.read(`SELECT t::text AS row FROM ${name} AS t ORDER BY 1`);
    all[String(name)] = rows.map(({ row }) => String(row));
  }
  return all;
}

/** The rows that name the person, by table. */
function hits(rows: Record<string, string[]>): Record<string, string[]> {
  const found = Object.entries(rows).map(([name, lines]) => [
    name,
    lines.filter((line) => canaries.some((canary) => line.includes(canary))),
  ]);
  return Object.fromEntries(found.filter(([, lines]) => lines?.length));
}

/** Writes what other processes may write while an erasure runs that they do not know of. */
async function writeLate(): Promise<void> {
  const { pool } = migrated.database;
  await pool.query(
    `UPDATE handler_task SET error_message = 'no violet teapot', stack = 'Error: violet teapot',
       failures = '[{"message": "violet teapot"}]' WHERE entity_id = 'M1'`,
  );
  await pool.query(
    `INSERT INTO handler_task (event_received_at, occurrence, event_digest, handler, trigger, key,
       entity_id, error_message)
     SELECT received_at, '\\x77', event_digest, 'h', trigger, 'contact:C9', entity_id, 'Zephyrine'
     FROM callback_event WHERE entity_id = 'M4'`,
  );
  await pool.query(
    `INSERT INTO handler_hold (held_until, holder, occurrence, handler, key) VALUES
      (now() - interval '1 minute', gen_random_uuid(), '\\x77', 'h', $1),
      (now() + interval '1 hour', gen_random_uuid(), '\\x78', 'h', 'contact:C1')`,
    [`identity:SMS:${phone}`],
  );
  // The sender gives back what was emptied under its hands, and the handler queues another one.
  await pool.query(
    `UPDATE outbound SET state = 'QUEUED', settled_at = NULL, error_message = 'bad violet teapot'
     WHERE lane LIKE 'erased:%'`,
  );
  await pool.query(
    `INSERT INTO outbound (id, app_id, key, lane, contact_id, content_digest, request, state)
     VALUES (gen_random_uuid(), 'A1', 'k3', 'C1', 'C1', '\\x03', '{"text": "violet teapot"}', 'QUEUED')`,
  );
  await pool.query(
    `INSERT INTO dead_letter (event_digest, trigger, entity_id, error_class, error_message, attempts,
       first_failed_at, dead_at, fingerprint)
     SELECT event_digest, trigger, entity_id, 'permanent', 'violet teapot', '[]', now(), now(), 'f'
     FROM callback_event WHERE entity_id = 'M4'`,
  );
  await pool.query(
    `INSERT INTO dead_letter_run (action, state, operator, filter, matched, error, started_at, updated_at)
     VALUES ('REPLAY', 'FAILED', 'ops@host', '{}', 1, $1, now(), now())`,
    [`lost ${phone}`],
  );
}

async function fill(): Promise<void> {
  const { database } = migrated;
  const writer = createEventWriter(database, () => new Date(), undefined, keys);
  const outcomes = await writer.write(events.map((event) => toWrite(eventOf(event, at(10)))));
  expect(outcomes.map(({ kind }) => kind)).not.toContain('failed');
  const letter = (body: object, message: string) => ({
    event: eventOf(body, at(11)),
    replay: 0,
    errorClass: 'permanent',
    errorMessage: message,
    stack: `Error: ${message}\n at x`,
    attempts: [{ replay: 0, attempt: 1, at: at(11), errorClass: 'permanent', message }],
    deadAt: new Date(at(12)),
  });
  await recordDeadLetter(database, letter(messageOf('M5', 'C1', phone, 'violet teapot'), phone));
  await recordDeadLetter(database, letter(messageOf('M6', 'C2', '46709990002', 'kettle'), phone));
  await database.pool.query(
    `INSERT INTO handler (name, triggers, "order", active_from, seen_at)
     VALUES ('h', '{MESSAGE_INBOUND}', 'NONE', now(), now())`,
  );
  await database.pool.query(
    `INSERT INTO handler_task (event_received_at, state, occurrence, event_digest, handler, trigger,
       entity_id, key, error_message, stack, failures)
     SELECT received_at, 'DEAD', event_digest, event_digest, 'h', trigger, entity_id, $1, $2, $2,
       jsonb_build_array(jsonb_build_object('message', $2::text))
     FROM callback_event WHERE entity_id IN ('M1', 'M2')`,
    [phone, `no answer from ${phone}`],
  );
  await database.pool.query(
    `INSERT INTO outbound (id, app_id, key, lane, contact_id, identities, content_digest, request, state)
     VALUES (gen_random_uuid(), 'A1', $1, $2, NULL, ARRAY[$3::text], '\\x01', $4, 'QUEUED'),
      (gen_random_uuid(), 'A1', 'k2', 'l2', NULL, '{46709990002}', '\\x02', '{"app_id": "A1"}', 'QUEUED')`,
    [
      `welcome ${phone}`,
      `SMS ${phone}`,
      phone,
      JSON.stringify({ app_id: 'A1', text: 'violet teapot' }),
    ],
  );
}

const erase = async () => await beginErasureOfPhone(migrated.database);

it('the closure follows merges and identities, and stops at contacts that share another one', async () => {
  await fill();
  await migrated.database.pool.query(
    `INSERT INTO contact_identity (sinch_contact_id, channel, identity, created_at)
     VALUES ('C5', 'MESSENGER', 'psid-000771', now())`,
  );
  const { person, neighbours } = await findPerson(migrated.database.pool, typed);
  expect([...person.contacts].sort()).toEqual(['C1', 'C9']);
  expect([...person.identities].sort()).toContain('psid-000771');
  expect([...person.messages].sort()).toEqual(['M1', 'M4']);
  expect(neighbours).toBe(1);
});

it('after an erasure no table names the person, and other rows are as before', async () => {
  await fill();
  const before = await dump();
  expect(Object.keys(hits(before)).length).toBeGreaterThan(10);
  const running = await erase();
  await eraseTables(migrated.database, running, keys);
  const counts = await finishErasure(migrated.database, running, new Date(), {});
  const after = await dump();
  expect(hits(after)).toEqual({});
  expect(counts).toMatchObject({ message: 3, contact: 2, consent_event: 1 });
  // Rows that held nothing of the person.
  const own = /C1|C9|M1|M4|E1|V-C1|M5/;
  for (const [name, lines] of Object.entries(before)) {
    const others = lines.filter(
      (line) => !own.test(line) && !canaries.some((canary) => line.includes(canary)),
    );
    expect(after[name], name).toEqual(expect.arrayContaining(others));
  }
  const [row] = await migrated.read(
    'SELECT state, operator, person, position, request, finished_at FROM erasure',
  );
  expect(row).toMatchObject({
    state: 'DONE',
    operator: 'test@here',
    person: null,
    position: null,
    request: null,
  });
});

it('the opt-outs of an erased person are found by the keyed spelling of each identity', async () => {
  await fill();
  await eraseTables(migrated.database, await erase(), keys);
  const rows = await migrated.read(
    `SELECT channel, identity, state FROM consent_current ORDER BY channel`,
  );
  expect(rows).toEqual([
    { channel: 'MESSENGER', identity: keys.erasedSpelling('psid-000771'), state: 'OPTED_OUT' },
    { channel: 'SMS', identity: keys.erasedSpelling(phone), state: 'OPTED_OUT' },
  ]);
});

it.each([
  ['SMS', `00${phone}`],
  ['MESSENGER', '+46 70 123 00 01'],
  ['MESSENGER', '+46 (0)70-123 00 01'],
  ['MESSENGER', `tel:${phone}`],
  ['SMS', phone],
])('a consent on %s at %s has the keyed spelling of the number', async (channel, identity) => {
  for (const contactId of [undefined, 'C1']) {
    const body = { contact_id: contactId, channel, identity, status: 'OPT_OUT_SUCCEEDED' };
    const event = eventOf({ app_id: 'A1', event_time: at(5), opt_out_notification: body }, at(10));
    const writer = createEventWriter(migrated.database, () => new Date(), undefined, keys);
    await writer.write([toWrite(event)]);
  }
  expect(await migrated.read('SELECT FROM consent_event')).toHaveLength(2);
  await eraseTables(migrated.database, await erase(), keys);
  const rows = await migrated.read('SELECT DISTINCT identity FROM consent_event');
  expect(rows).toEqual([{ identity: keys.erasedSpelling(phone) }]);
  expect(hits(await dump())).toEqual({});
});

it('an event about the person that is dead is closed, and one that only an error names stays open', async () => {
  await fill();
  await eraseTables(migrated.database, await erase(), keys);
  const rows = await migrated.read(
    'SELECT entity_id, resolution, error_message FROM dead_letter ORDER BY entity_id',
  );
  expect(rows).toEqual([
    { entity_id: 'M5', resolution: 'REDACTED', error_message: '(redacted)' },
    // The number was taken out before it was stored.
    { entity_id: 'M6', resolution: null, error_message: '[redacted]' },
  ]);
  const sends = await migrated.read('SELECT key, state FROM outbound ORDER BY state');
  expect(sends.map(({ state }) => state)).toEqual(['QUEUED', 'DISCARDED']);
});

it('a dry run counts the same rows, and changes nothing', async () => {
  await fill();
  const before = await dump();
  const { person } = await findPerson(migrated.database.pool, typed);
  const counted = await countToErase(migrated.database, person, keys);
  expect(await dump()).toEqual(before);
  const running = await erase();
  await eraseTables(migrated.database, running, keys);
  expect(await finishErasure(migrated.database, running, new Date(), {})).toEqual(counted);
});

it('killed after any page, the same erasure ends complete, with what was written meanwhile', async () => {
  await fill();
  const kills: string[] = [];
  let counts: Readonly<Record<string, number>> = {};
  for (;;) {
    const running = await erase();
    try {
      await eraseTables(migrated.database, running, keys, (table) => {
        kills.push(table);
        throw new Error('killed');
      });
      counts = await finishErasure(migrated.database, running, new Date(), {});
      break;
    } catch (error) {
      if (!(error instanceof Error && error.message === 'killed')) throw error;
    }
    if (kills.at(-1) === 'contact') await writeLate();
    expect(kills.length).toBeLessThan(100);
  }
  const again = ['dead_letter', 'dead_letter_run', 'handler_task', 'outbound', 'handler_hold'];
  expect(kills.slice(kills.indexOf('contact') + 1)).toEqual(again);
  expect(hits(await dump())).toEqual({});
  expect(counts).toMatchObject({
    dead_letter: 2,
    dead_letter_run: 1,
    handler_hold: 1,
    outbound: 3,
  });
  expect(await migrated.read('SELECT count(*)::integer AS n FROM erasure')).toEqual([{ n: 1 }]);
  const sends = await migrated.read('SELECT lane, state FROM outbound ORDER BY position');
  expect(sends.map(({ state }) => state)).toEqual(['DISCARDED', 'QUEUED', 'DISCARDED']);
  // A running task keeps its hold, and one that had expired counts a lost start.
  expect(await migrated.read('SELECT key FROM handler_hold')).toEqual([{ key: 'contact:C1' }]);
  const tasks = await migrated.read(`SELECT entity_id, state, lost_starts FROM handler_task
    WHERE occurrence = '\\x77'`);
  expect(tasks).toEqual([{ entity_id: 'M4', state: 'WAITING', lost_starts: 1 }]);
});

it('a running erasure names no one in its row either', async () => {
  await fill();
  await erase();
  const all = await dump();
  expect(hits({ erasure: all['erasure'] ?? [], erased_key: all['erased_key'] ?? [] })).toEqual({});
});

it('late copies stay out after an erasure, and come in once it is lifted', async () => {
  await fill();
  const running = await erase();
  await eraseTables(migrated.database, running, keys);
  await finishErasure(migrated.database, running, new Date(), {});
  const writer = createEventWriter(migrated.database, () => new Date(), undefined, keys);
  const again = { ...messageOf('M7', 'C1', phone, 'violet teapot'), copy: 1 };
  await writer.write([...events, again].map((event) => toWrite(eventOf(event, at(30)))));
  const letters = [messageOf('M5', 'C1', phone, 'violet teapot')];
  await writer.write(letters.map((event) => toWrite(eventOf(event, at(31)))));
  expect(hits(await dump())).toEqual({});
  const { done } = await findTypedErasures(migrated.database, typedDigests(typed, keys));
  expect(await liftErasures(migrated.database, done)).toEqual([running.id]);
  await writer.write([toWrite(eventOf({ ...again, copy: 2 }, at(40)))]);
  expect(Object.keys(hits(await dump()))).toContain('message');
});
