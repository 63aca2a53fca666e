import { migrateDatabase } from '@sinch-callbacks/db';
import { createDatabase, queryRows } from '@sinch-callbacks/dev-env/servers';
import type {} from '@sinch-callbacks/dev-env/vitest';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { compareDatabases } from '../chaos/evidence/compare-databases.ts';
import { compareHandlerRows } from '../chaos/evidence/compare-handler-rows.ts';
import { countWaitingTasks, readHandlerEvidence } from '../chaos/evidence/handler-rows.ts';
import { readStoredEvents } from '../chaos/evidence/stored-events.ts';
import { writeReference } from '../chaos/evidence/write-reference.ts';
import { createRowTable } from '../chaos/stack/chaos-handlers.ts';

// Each kind of difference that `pnpm chaos` reports is planted here once and must be found.
const receivedAt = '2026-11-23T10:00:00.123Z';
const report = (id: string, status: string) =>
  JSON.stringify({
    event_time: '2026-11-23T09:59:59Z',
    message_delivery_report: {
      message_id: id,
      status,
      channel_identity: { channel: 'SMS', identity: '15555550100' },
    },
  });
const bodies = [report('01A', 'DELIVERED'), report('01B', 'READ'), '{"message":{"id":"01C'];

const databases: { url: string; drop: () => Promise<void> }[] = [];
let [withFaults, without] = ['', ''];

beforeAll(async () => {
  for (const order of [bodies, bodies.toReversed()]) {
    const database = await createDatabase(inject('postgresUrl'));
    databases.push(database);
    await migrateDatabase(database.url);
    await writeReference(
      database.url,
      order.map((body) => ({ body, receivedAt })),
    );
  }
  [withFaults = '', without = ''] = databases.map(({ url }) => url);
});
afterAll(async () => {
  for (const { drop } of databases) await drop();
});

const compare = async () => (await compareDatabases(withFaults, without)).differences;

it('finds the same callbacks in another order equal, in every table, dead ones too', async () => {
  const { rows, differences } = await compareDatabases(withFaults, without);
  expect(differences).toEqual([]);
  expect(rows).toBeGreaterThan(6);
});

it('reads the state of each event, its whole body and the reason of its dead letter', async () => {
  const stored = await readStoredEvents(withFaults);
  expect(stored.map(({ state }) => state).toSorted()).toEqual(['APPLIED', 'APPLIED', 'DEAD']);
  for (const { eventKey, bodyDigest, openLetter, ...event } of stored) {
    expect(event.receivedAt).toBe(receivedAt);
    expect(eventKey.endsWith(`.${bodyDigest}`)).toBe(true);
    expect(openLetter).toBe(event.state === 'DEAD' ? 'permanent: the body is not JSON' : undefined);
  }
});

it('names the table, the id and the columns of a row that differs', async () => {
  await queryRows(withFaults, `UPDATE message SET status = 'READ' WHERE sinch_message_id = '01A'`);
  expect(await compare()).toEqual([
    { table: 'message', key: '01A', kind: 'differs', columns: ['status'] },
  ]);
  await queryRows(
    withFaults,
    `UPDATE message SET status = 'DELIVERED' WHERE sinch_message_id = '01A'`,
  );
});

it('finds a row that is missing and one too many, and shows no phone number', async () => {
  await queryRows(withFaults, `DELETE FROM message_status WHERE sinch_message_id = '01B'`);
  await queryRows(
    withFaults,
    `INSERT INTO contact_identity (sinch_contact_id, channel, identity, created_at)
     VALUES ('01X', 'SMS', '15555550100', now())`,
  );
  const differences = await compare();
  expect(differences).toMatchObject([
    { table: 'contact_identity', kind: 'extra' },
    { table: 'message_status', kind: 'missing' },
  ]);
  expect(JSON.stringify(differences)).not.toContain('15555550100');
});

it('leaves out handlers, their tasks and holds, which the reference does not have', async () => {
  await queryRows(
    withFaults,
    `INSERT INTO handler (name, triggers, "order", active_from, seen_at)
     VALUES ('reports', '{MESSAGE_DELIVERY}', 'CONVERSATION', now(), now())`,
  );
  await queryRows(
    withFaults,
    `INSERT INTO handler_task (handler, occurrence, event_digest, event_received_at, trigger, key)
     SELECT 'reports', event_digest, event_digest, received_at, trigger, 'k'
     FROM callback_event WHERE state = 'APPLIED'`,
  );
  await queryRows(
    withFaults,
    `INSERT INTO handler_hold (held_until, holder, occurrence, handler, key)
     SELECT now(), gen_random_uuid(), occurrence, handler, key FROM handler_task LIMIT 1`,
  );
  expect(await countWaitingTasks(withFaults)).toBe(2);
  expect(await compare()).not.toContainEqual(
    expect.objectContaining({ table: expect.stringMatching('^handler') }),
  );
});

it('expects a row of each applied event for each handler of its trigger, and of no other', async () => {
  await queryRows(withFaults, createRowTable);
  const handlers = [
    { name: 'reports', triggers: ['MESSAGE_DELIVERY'] },
    { name: 'messages', triggers: ['MESSAGE_INBOUND'] },
  ] as const;
  const judge = async () =>
    compareHandlerRows(await readHandlerEvidence(withFaults, handlers, new Map()));
  const { missing, ...rest } = await judge();
  expect(rest).toEqual({ expected: 2, doubled: [], strange: [] });
  const insertRow = `INSERT INTO chaos_handler_row (handler, key, trigger)
    VALUES ('reports', $1, 'MESSAGE_DELIVERY')`;
  for (const { why } of missing) await queryRows(withFaults, insertRow, [why.split(' ').at(-1)]);
  const none = { expected: 2, missing: [], doubled: [], strange: [] };
  expect(await judge()).toEqual(none);
  await queryRows(withFaults, insertRow, ['reports.of-another-run']);
  expect(await judge()).toMatchObject({ ...none, strange: [{}] });
});
