import { until } from '@sinch-callbacks/dev-env/processes';
import { beforeEach, expect, it, onTestFinished, vi } from 'vitest';
import {
  countDeletedContacts,
  createEventWriter,
  handleDeletedContacts,
  type OnContactDelete,
  recordDeadLetter,
} from '../../src/index.ts';
import { at } from '../projections/every-order.ts';
import { allRows, emptyTables, eventOf, toWrite, useMigratedDatabase } from '../support.ts';
import { contact, created, deleted, said } from './contact-bodies.ts';
import { personalValues } from './redacted-rows.ts';

const migrated = useMigratedDatabase();
const redact = { kind: 'redact' } as const;
const dueAt = new Date('2026-02-01T00:00:00Z');
const batch = 2;

const merged = (gone: string, stays: string) => ({
  accepted_time: at(5),
  event_time: at(5),
  contact_merge_notification: {
    preserved_contact: contact(stays, '15550102').contact,
    deleted_contact: contact(gone, '15550101').contact,
  },
});
const texts = ['one', 'two', 'three', 'four', 'five'];

async function write(bodies: readonly object[], receivedAt?: string): Promise<void> {
  const writer = createEventWriter(migrated.database, () => new Date());
  const events = bodies.map((body) => toWrite(eventOf(body, receivedAt)));
  const outcomes = await writer.write(events);
  expect(outcomes.filter(({ kind }) => kind === 'failed')).toEqual([]);
}

const handle = async (policy: OnContactDelete, before = dueAt) =>
  await handleDeletedContacts(migrated.database, policy, before, { batch });

beforeEach(async () => await emptyTables(migrated.database));

async function deleteOne(): Promise<void> {
  const messages = texts.map((text, index) => said('C1', text, `01M${index}`));
  await write([created('C1', '15550101'), ...messages, deleted('C1', '15550101')]);
}

it('a deleted contact loses its name, identities, e-mail, texts and bodies', async () => {
  await deleteOne();
  expect(await countDeletedContacts(migrated.database, dueAt)).toBe(1);
  expect(await handle(redact)).toEqual({ contacts: 1 });
  expect(await personalValues(migrated)).toEqual([]);
  expect(await migrated.read('SELECT sinch_message_id, contact_id FROM message')).toHaveLength(5);
  expect(await handle(redact)).toEqual({ contacts: 0 });
});

it('nothing changes before the time of grace is over, nor by the policy to keep', async () => {
  await deleteOne();
  const rows = await allRows(migrated.database);
  expect(await handle(redact, new Date('2026-01-01T00:00:00Z'))).toEqual({ contacts: 0 });
  expect(await handle({ kind: 'keep' })).toEqual({ contacts: 0 });
  expect(await allRows(migrated.database)).toEqual(rows);
});

it('the policy to erase passes each contact that is due to the function that erases', async () => {
  await deleteOne();
  const erased: string[] = [];
  const erase = async (id: string) => {
    erased.push(id);
    return 'done' as const;
  };
  expect(await handle({ kind: 'erase', erase })).toEqual({ contacts: 1 });
  expect(erased).toEqual(['C1']);
  const leaving = async () => 'left' as const;
  expect(await handle({ kind: 'erase', erase: leaving })).toEqual({ contacts: 0 });
});

it('a contact that was merged into one that lives stays; both go when that is deleted', async () => {
  await write([created('C1', '15550101'), said('C1', 'one', '01M1'), merged('C1', 'C2')]);
  await write([said('C2', 'two', '01M2')]);
  const rows = await allRows(migrated.database);
  expect(await handle(redact)).toEqual({ contacts: 0 });
  expect(await allRows(migrated.database)).toEqual(rows);
  await write([deleted('C2', '15550102')]);
  expect(await handle(redact)).toEqual({ contacts: 1 });
  expect(await personalValues(migrated)).toEqual([]);
});

it('what is open about a deleted contact stays: letters, unhandled events, tasks and sends', async () => {
  const { pool } = migrated.database;
  await deleteOne();
  await write([{ something_new: { contact_id: 'C1', text: 'unknown' } }]);
  const event = eventOf(said('C1', 'never applied', '01DEAD'));
  const letter = { event, replay: 0, errorClass: 'permanent', errorMessage: 'refused' } as const;
  const stored = { ...letter, stack: undefined, attempts: [], deadAt: new Date(at(9)) };
  await recordDeadLetter(migrated.database, stored);
  await pool.query(`INSERT INTO handler_task (event_received_at, state, occurrence, event_digest,
      handler, trigger, key)
    SELECT received_at, (CASE entity_id WHEN '01M1' THEN 'DEAD' ELSE 'WAITING' END)::handler_task_state,
      event_digest, event_digest, 'h', trigger, 'contact:C1'
    FROM callback_event WHERE entity_id IN ('01M1', '01M2')`);
  onTestFinished(async () => void (await pool.query('DELETE FROM handler_task')));
  // Settled ages ago, were it not for their states.
  await pool.query(`INSERT INTO outbound (id, app_id, contact_id, key, lane, content_digest, request,
      state, created_at, settled_at)
    SELECT gen_random_uuid(), 'app', 'C1', s, s, '\\x00', '{"to":"15550101"}', s::outbound_state,
      '2026-01-01', '2026-01-01'
    FROM unnest(ARRAY['QUEUED', 'SENDING', 'UNCERTAIN', 'SENT']) AS s`);
  const open = {
    dead_letter: 'SELECT d::text FROM dead_letter AS d',
    events: `SELECT e::text FROM callback_event AS e
      WHERE state <> 'APPLIED' OR entity_id IN ('01M1', '01M2') ORDER BY 1`,
    tasks: 'SELECT t::text FROM handler_task AS t ORDER BY 1',
    sends: `SELECT o::text FROM outbound AS o WHERE state <> 'SENT' ORDER BY 1`,
  };
  const read = async () =>
    await Promise.all(Object.values(open).map(async (sql) => await migrated.read(sql)));
  const before = await read();
  expect(before.map(({ length }) => length)).toEqual([1, 4, 2, 3]);
  expect(await handle(redact)).toEqual({ contacts: 1 });
  expect(await read()).toEqual(before);
  const sent = `SELECT FROM outbound WHERE state = 'SENT' AND request::text LIKE '%15550101%'`;
  expect(await migrated.read(sent)).toEqual([]);
});

it('other contacts keep what they have', async () => {
  await write([created('C9', '15550109'), said('C9', 'other', '01M9')]);
  const rows = await allRows(migrated.database);
  await deleteOne();
  await handle(redact);
  const after = await allRows(migrated.database);
  for (const [table, before] of Object.entries(rows)) {
    expect(after[table]).toEqual(expect.arrayContaining(before));
  }
});

it('what comes about a deleted contact later is written redacted', async () => {
  await deleteOne();
  await handle(redact);
  const late = '2026-03-01T00:00:00.000Z';
  await write(
    [
      { ...created('C1', '15550101'), copy: 1 },
      { ...said('C1', 'one', '01M0'), copy: 1 },
      said('C1', 'never seen', '01NEW'),
      { ...deleted('C1', '15550101'), copy: 1 },
    ],
    late,
  );
  expect(await personalValues(migrated)).toEqual([]);
});

it('an opt-out of a deleted contact still holds for its number', async () => {
  const optOut = {
    accepted_time: at(6),
    event_time: at(6),
    opt_out_notification: { contact_id: 'C1', channel: 'SMS', status: 'OPT_OUT_SUCCEEDED' },
  };
  await write([created('C1', '15550101'), optOut, deleted('C1', '15550101')]);
  const current = 'SELECT channel, identity, state FROM consent_current';
  const before = await migrated.read(current);
  expect(before).toMatchObject([{ identity: '15550101', state: 'OPTED_OUT' }]);
  await handle(redact);
  expect(await migrated.read(current)).toEqual(before);
});

it('what a writer commits between the last row and the mark is redacted with them', async () => {
  await deleteOne();
  const { pool } = migrated.database;
  const writer = await pool.connect();
  await writer.query(`BEGIN; SELECT FROM contact WHERE sinch_contact_id = 'C1' FOR UPDATE`);
  // Such a lock may last longer than one wait for it.
  const limits = { ...migrated.database.limits, batchLockTimeoutMs: 20 };
  const connect = vi.spyOn(pool, 'connect');
  const handled = handleDeletedContacts({ pool, limits }, redact, dueAt, { batch });
  await until(async () => (await waitingForLocks()) > 0, { what: 'the mark to wait' });
  connect.mockClear();
  await until(() => Promise.resolve(connect.mock.calls.length > 2), { what: 'further tries' });
  connect.mockRestore();
  await writer.query(
    `INSERT INTO message (sinch_message_id, contact_id, created_at, happened_at, updated_at, text)
     VALUES ('01LATE', 'C1', now(), now(), now(), 'late')`,
  );
  await writer.query('COMMIT');
  writer.release();
  expect(await handled).toEqual({ contacts: 1 });
  expect(await personalValues(migrated)).toEqual([]);
});

const waitingForLocks = async () =>
  (await migrated.read('SELECT FROM pg_locks WHERE NOT granted')).length;

it.each([
  ['task', `UPDATE handler_task SET state = 'DISCARDED', settled_at = now()`],
  ['letter', `UPDATE dead_letter SET resolved_at = now(), resolution = 'DISCARDED'`],
])('a body that an open %s needs is emptied once that is discarded', async (kind, discard) => {
  await deleteOne();
  const { pool } = migrated.database;
  if (kind === 'task') {
    await pool.query(`INSERT INTO handler_task (event_received_at, state, occurrence, event_digest,
        handler, trigger)
      SELECT received_at, 'DEAD', event_digest, event_digest, 'h', trigger FROM callback_event
      WHERE entity_id IN ('01M1', 'C1')`);
    onTestFinished(async () => void (await pool.query('DELETE FROM handler_task')));
  } else {
    await recordDeadLetter(migrated.database, {
      event: eventOf({ ...created('C1', '15550101'), copy: 1 }),
      replay: 0,
      errorClass: 'permanent',
      errorMessage: 'refused',
      stack: undefined,
      attempts: [],
      deadAt: new Date(at(9)),
    });
  }
  const bodies = async () => await migrated.read(`SELECT FROM callback_event WHERE raw_body <> ''`);
  await handle(redact);
  const left = (await bodies()).length;
  expect(left).toBeGreaterThan(0);
  await handle(redact);
  expect(await bodies()).toHaveLength(left);
  await pool.query(discard);
  await handle(redact);
  expect(await bodies()).toEqual([]);
  expect(await migrated.read('SELECT FROM body_to_empty')).toEqual([]);
});
