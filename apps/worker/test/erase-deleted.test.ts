import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { countDeletedContacts, createErasureKeys } from '@sinch-callbacks/db';
import { until } from '@sinch-callbacks/dev-env/processes';
import { beforeEach, expect, it } from 'vitest';
import { defaultRetentionTimings } from '../src/upkeep/keep-retained.ts';
import { eventOf } from './support/sinch-account.ts';
import { openWorkerFixture, soon, type WorkerFixture } from './support/worker-fixture.ts';
import { writeEvent } from './support/write-event.ts';

let fixture: WorkerFixture;
let logFile: string;
beforeEach(async () => {
  fixture = await openWorkerFixture();
  const folder = await mkdtemp(path.join(tmpdir(), 'erasures-'));
  logFile = path.join(folder, 'erasures.jsonl');
  return async () => {
    await fixture.close();
    await rm(folder, { recursive: true });
  };
});

const key = 'k'.repeat(32);
const keys = createErasureKeys(key);
const timings = { ...defaultRetentionTimings, lookMs: 200, againMs: 200, pauseMs: 10 };
const start = async () =>
  await fixture.start(
    {
      SINCH_ON_CONTACT_DELETE: 'erase',
      SINCH_CONTACT_DELETE_GRACE_DAYS: '1',
      ERASURE_KEY: key,
      ERASURE_LOG: logFile,
    },
    { timings: { retention: timings } },
  );
const runIsOver = async () => {
  const { rows } = await fixture.database.pool.query('SELECT FROM retention_run');
  return rows.length > 0;
};

const at = '2026-01-01T00:00:00Z';
const contact = (id: string, identity: string, name: string) => ({
  id,
  display_name: name,
  channel_identities: [{ channel: 'SMS', identity, app_id: 'A1' }],
});
const created = (id: string, identity: string, name: string) => ({
  app_id: 'A1',
  event_time: at,
  contact_create_notification: { contact: contact(id, identity, name) },
});
const deleted = (id: string, identity: string, name: string) => ({
  app_id: 'A1',
  event_time: at,
  contact_delete_notification: { contact: contact(id, identity, name) },
});
const said = (id: string, contactId: string, identity: string, text: string) => ({
  app_id: 'A1',
  accepted_time: at,
  message: {
    id,
    direction: 'TO_APP',
    contact_id: contactId,
    conversation_id: `V-${contactId}`,
    channel_identity: { channel: 'SMS', identity, app_id: 'A1' },
    contact_message: { text_message: { text } },
    accept_time: at,
  },
});

async function write(...bodies: readonly object[]): Promise<void> {
  for (const body of bodies)
    await writeEvent(fixture.database, eventOf(Buffer.from(JSON.stringify(body))));
}

async function dump(): Promise<string> {
  const tables = ['callback_event', 'contact', 'contact_identity', 'message', 'conversation'];
  const texts = tables.map(async (table) => {
    const { rows } = await fixture.database.pool.query<{ row: string }>(
      `SELECT t::text AS row FROM ${table} AS t`,
    );
    return rows.map(({ row }) => row).join('\n');
  });
  return (await Promise.all(texts)).join('\n');
}

it('a deleted contact is erased after its days of grace; one with the same number stays', async () => {
  await write(
    created('C1', '15550001', 'Zephyrine'),
    said('M1', 'C1', '15550001', 'a violet teapot'),
    created('C2', '15550002', 'Quill'),
    said('M2', 'C2', '15550002', 'a green kettle'),
    // Made again for the number of the second one.
    created('C3', '15550002', 'Quill again'),
    said('M3', 'C3', '15550002', 'it is 15550002 still'),
    deleted('C1', '15550001', 'Zephyrine'),
    deleted('C2', '15550002', 'Quill'),
  );
  await start();
  await until(runIsOver, soon('the end of the run'));
  const after = await dump();
  for (const gone of ['15550001', 'Zephyrine', 'violet teapot', 'green kettle']) {
    expect(after).not.toContain(gone);
  }
  for (const kept of ['Quill again', 'it is 15550002 still']) expect(after).toContain(kept);
  const { rows } = await fixture.database.pool.query('SELECT state, operator FROM erasure');
  expect(rows).toEqual([
    { state: 'DONE', operator: 'schedule' },
    { state: 'DONE', operator: 'schedule' },
  ]);
  expect((await readFile(logFile, 'utf8')).trim().split('\n')).toHaveLength(2);
  expect(await countDeletedContacts(fixture.database, new Date())).toBe(0);
});

it('a contact that cannot be erased ends nothing, and is due again', async () => {
  await write(
    created('C1', '15550001', 'Zephyrine'),
    deleted('C1', '15550001', 'Zephyrine'),
    created('C2', '15550002', 'Quill'),
    deleted('C2', '15550002', 'Quill'),
  );
  // An erasure of it was interrupted, and the key has changed since.
  const sealed = createErasureKeys('o'.repeat(32)).seal('{}');
  await fixture.database.pool.query(
    `WITH begun AS (
       INSERT INTO erasure (id, requested_at, cutoff, state, for_ever, operator, person, position)
       VALUES (gen_random_uuid(), now(), now(), 'RUNNING', false, 'test', $1::text, $1::text)
       RETURNING id)
     INSERT INTO erased_key (erasure_id, digest, is_typed)
     SELECT id, decode($2, 'hex'), true FROM begun`,
    [sealed, keys.digest('contact', 'C1')],
  );
  await start();
  await until(runIsOver, soon('the end of the run'));
  const { rows } = await fixture.database.pool.query('SELECT removed FROM retention_run');
  expect(rows).toEqual([{ removed: { 'contact removed': 1, 'contact failed': 1 } }]);
  const after = await dump();
  expect(after).toContain('Zephyrine');
  expect(after).not.toContain('Quill');
  expect(await countDeletedContacts(fixture.database, new Date())).toBe(1);
});

it('a worker that is to erase and cannot write the log does not start', async () => {
  logFile = path.join(logFile, 'erasures.jsonl');
  await writeFile(path.dirname(logFile), '');
  await expect(start()).rejects.toThrow(/ERASURE_LOG .* cannot be written: ENOTDIR/);
});
