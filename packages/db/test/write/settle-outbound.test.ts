import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { createEventWriter } from '../../src/index.ts';
import { eventOf, toWrite, useMigratedDatabase } from '../support.ts';

const migrated = useMigratedDatabase('one-emptied');

async function queue(state: string, messageId: string | null = null): Promise<string> {
  const id = randomUUID();
  await migrated.read(
    `INSERT INTO outbound (id, app_id, key, lane, content_digest, request, state, sinch_message_id)
     VALUES ($1::uuid, 'app', $1, $1, '\\x00', '{}', $2::outbound_state, $3)`,
    [id, state, messageId],
  );
  return id;
}

const stateOf = async (id: string) => {
  const sql =
    'SELECT state, sinch_message_id AS "messageId", error_class FROM outbound WHERE id = $1::uuid';
  return (await migrated.read(sql, [id]))[0];
};

const report = (id: string, messageId: string) => ({
  app_id: 'app',
  message_delivery_report: {
    message_id: messageId,
    status: 'DELIVERED',
    metadata: `sc:${id};order-7`,
  },
});

const submit = (id: string, messageId: string) => ({
  app_id: 'app',
  message_submit_notification: {
    message_id: messageId,
    submitted_message: { text_message: { text: 'Hi' } },
    metadata: `sc:${id};`,
  },
});

async function apply(...bodies: readonly object[]): Promise<void> {
  const writer = createEventWriter(migrated.database, () => new Date());
  const outcomes = await writer.write(bodies.map((body) => toWrite(eventOf(body))));
  expect(outcomes.every(({ kind }) => kind === 'applied')).toBe(true);
}

it.each(['QUEUED', 'SENDING', 'REFUSED', 'UNCERTAIN', 'DISCARDED'])(
  'a row that is %s is SENT once a report carries its marker',
  async (state) => {
    const [reported, submitted, other] = [
      await queue(state),
      await queue(state),
      await queue(state),
    ];
    await apply(report(reported, '01A'), submit(submitted, '01B'));
    expect(await stateOf(reported)).toMatchObject({ state: 'SENT', messageId: '01A' });
    expect(await stateOf(submitted)).toMatchObject({ state: 'SENT', messageId: '01B' });
    expect(await stateOf(other)).toMatchObject({ state });
  },
);

it('the row of message has the metadata of its sender alone', async () => {
  const id = await queue('SENDING');
  await apply(report(id, '01A'));
  const rows = await migrated.read('SELECT sinch_message_id, metadata FROM message');
  expect(rows).toEqual([{ sinch_message_id: '01A', metadata: 'order-7' }]);
});

it('the id of the first message stays, and a row without one gets it', async () => {
  const [known, unknown] = [await queue('SENT', '01A'), await queue('SENT')];
  await apply(report(known, '01Z'), report(unknown, '01B'), submit(unknown, '01B'));
  expect(await stateOf(known)).toMatchObject({ state: 'SENT', messageId: '01A' });
  expect(await stateOf(unknown)).toMatchObject({ state: 'SENT', messageId: '01B' });
});

it('an answer to a message settles nothing by the marker that it carries', async () => {
  const id = await queue('UNCERTAIN');
  await apply({
    app_id: 'app',
    message: {
      id: '01IN',
      channel_identity: { channel: 'SMS', identity: '15551234567' },
      contact_message: { choice_response_message: { message_id: '01A', postback_data: 'p' } },
      metadata: `sc:${id};order-7`,
    },
  });
  expect(await stateOf(id)).toMatchObject({ state: 'UNCERTAIN' });
});

it('a batch without a marker sends no statement about outbound rows', async () => {
  const { pool } = migrated.database;
  const id = await queue('SENDING');
  const statements: string[] = [];
  const listen = (client: { query: (...given: never[]) => unknown }) => {
    const query = client.query.bind(client) as (...given: unknown[]) => unknown;
    client.query = (...given: unknown[]) => {
      statements.push(JSON.stringify(given[0]));
      return query(...given);
    };
  };
  pool.on('acquire', listen);
  const about = () => statements.filter((text) => text.includes('outbound')).length;
  await apply({ message_delivery_report: { message_id: '01A', status: 'READ', metadata: 'x' } });
  expect([statements.length > 2, about()]).toEqual([true, 0]);
  await apply(report(id, '01B'), submit(id, '01B'));
  expect(about()).toBeGreaterThan(0);
  pool.off('acquire', listen);
});
