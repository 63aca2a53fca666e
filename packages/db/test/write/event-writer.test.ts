import { describe, expect, it } from 'vitest';
import { createEventWriter, DatabaseUnavailableError, openDatabase } from '../../src/index.ts';
import { allRows, eventOf, toWrite, useMigratedDatabase } from '../support.ts';

const migrated = useMigratedDatabase('one-emptied');

const write = async (bodies: readonly (object | string)[]) =>
  await createEventWriter(migrated.database, () => new Date()).write(
    bodies.map((body) => toWrite(eventOf(body))),
  );

const report = (messageId: string, status: string, second: number) => ({
  event_time: `2026-01-02T03:04:0${second}Z`,
  message_delivery_report: { message_id: messageId, status },
});

describe('the writer', () => {
  it('leaves DELIVERED as it is when an earlier QUEUED_ON_CHANNEL comes late, and keeps both reports', async () => {
    await write([report('m', 'DELIVERED', 1)]);
    await write([report('m', 'QUEUED_ON_CHANNEL', 9)]);
    const { message, message_status: statuses } = await allRows(migrated.database);
    expect(message).toMatchObject([{ status: 'DELIVERED', status_rank: 40 }]);
    expect(statuses?.map((row) => (row as { status: string }).status).toSorted()).toEqual([
      'DELIVERED',
      'QUEUED_ON_CHANNEL',
    ]);
  });

  it('returns the outcome of each event', async () => {
    await write([report('m', 'READ', 1)]);
    const outcomes = await write([
      report('m', 'READ', 1),
      report('m', 'DELIVERED', 1),
      report('m', 'DELIVERED', 1),
      { brand_new_notification: {} },
    ]);
    expect(outcomes.map(({ kind }) => kind)).toEqual([
      'duplicate',
      'applied',
      'duplicate',
      'unhandled',
    ]);
  });

  it('keeps the exact body once, and a function reads its JSON', async () => {
    const body =
      '{ "message" : {"id":"m", "contact_message":{"text_message":{"text":"\\u0000"}}} }';
    await write([body]);
    const { callback_event: events } = await allRows(migrated.database);
    expect(events).toMatchObject([{ raw_body: body }]);
    const read = await migrated.database.prisma.$queryRaw<{ body: object }[]>`
      SELECT event_body(e) AS body FROM callback_event AS e`;
    expect(read).toMatchObject([
      { body: { message: { contact_message: { text_message: { text: '\ufffd' } } } } },
    ]);
  });

  it('lets one event that the database refuses fail alone, with nothing of it written', async () => {
    await refuseMessage('poison');
    const ids = Array.from({ length: 40 }, (_, index) => `m${index}`);
    const outcomes = await write([
      ...ids.map((id) => report(id, 'READ', 1)),
      report('poison', 'READ', 1),
    ]);
    expect(outcomes.slice(0, -1).every(({ kind }) => kind === 'applied')).toBe(true);
    expect(outcomes.at(-1)).toMatchObject({
      kind: 'failed',
      failureClass: 'permanent',
      message: 'poison refused (SQLSTATE P0001)',
    });
    const { callback_event: events, message_status: statuses } = await allRows(migrated.database);
    expect([events?.length, statuses?.length]).toEqual([40, 40]);
    await migrated.database.prisma.$executeRawUnsafe('DROP TRIGGER refuse ON message');
    expect(await write([report('poison', 'READ', 1)])).toEqual([{ kind: 'applied' }]);
  });

  it('counts a function that fails on one event alone as a failure of the event, not of the database', async () => {
    await refuseMessage('poison', '42883');
    const outcomes = await write([report('fine', 'READ', 1), report('poison', 'READ', 1)]);
    await migrated.database.prisma.$executeRawUnsafe('DROP TRIGGER refuse ON message');
    expect(outcomes).toMatchObject([{ kind: 'applied' }, { kind: 'failed' }]);
  });

  it('reports each event as soon as it is done, although others of its batch fail', async () => {
    await refuseMessage('poison');
    const reported: string[] = [];
    const writer = createEventWriter(migrated.database, () => new Date());
    const events = ['a', 'poison', 'b'].map((id) => toWrite(eventOf(report(id, 'READ', 1))));
    const written = writer.write(events, (key, { kind }) =>
      reported.push(`${key.split('.')[1]} ${kind}`),
    );
    await written;
    await migrated.database.prisma.$executeRawUnsafe('DROP TRIGGER refuse ON message');
    expect(reported.toSorted()).toEqual(['a applied', 'b applied', 'poison failed']);
  });

  it('takes 500 events at once and any number of concurrent writers without a deadlock', async () => {
    const bodies = Array.from({ length: 500 }, (_, index) =>
      report(`m${index % 25}`, index % 2 ? 'READ' : 'DELIVERED', index % 10),
    );
    const distinct = new Set(bodies.map((body) => JSON.stringify(body))).size;
    const all = await Promise.all([write(bodies), write(bodies.toReversed()), write(bodies)]);
    const applied = all.flat().filter(({ kind }) => kind === 'applied');
    expect(applied).toHaveLength(distinct);
    expect(all.flat().every(({ kind }) => kind !== 'failed')).toBe(true);
  });
});

describe('a database that cannot be used costs no event an attempt', () => {
  const attempt = async (url: string) => {
    const database = openDatabase({ url });
    try {
      return await createEventWriter(database, () => new Date()).write([
        toWrite(eventOf(report('m', 'READ', 1))),
      ]);
    } finally {
      await database.close();
    }
  };

  it.each([
    ['no server there', (url: URL) => (url.port = '1')],
    ['no such database', (url: URL) => (url.pathname = '/absent')],
    ['a wrong password', (url: URL) => (url.password = 'wrong')],
    ['a database that was never migrated', (url: URL) => (url.pathname = '/postgres')],
  ])('%s', async (_, change) => {
    const url = new URL(migrated.url);
    change(url);
    await expect(attempt(url.href)).rejects.toBeInstanceOf(DatabaseUnavailableError);
  });
});

async function refuseMessage(id: string, sqlState = 'P0001'): Promise<void> {
  const { prisma } = migrated.database;
  await prisma.$executeRawUnsafe(`
    CREATE OR REPLACE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION '% refused', NEW.sinch_message_id USING ERRCODE = '${sqlState}'; END $$`);
  await prisma.$executeRawUnsafe(`
    CREATE TRIGGER refuse BEFORE INSERT OR UPDATE ON message FOR EACH ROW
    WHEN (NEW.sinch_message_id = '${id}') EXECUTE FUNCTION refuse()`);
}
