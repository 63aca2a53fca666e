import { until } from '@sinch-callbacks/testing/processes';
import { createDatabase, queryRows } from '@sinch-callbacks/testing/servers';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { createEventWriter, migrateDatabase, openDatabase } from '../src/index.ts';
import { at, inbound, inEveryOrder, report } from './every-order.ts';
import {
  allRows,
  eventOf,
  type MigratedDatabase,
  openMigratedDatabase,
  toWrite,
} from './support.ts';

let migrated: MigratedDatabase;

beforeAll(async () => {
  migrated = await openMigratedDatabase();
});

afterAll(async () => {
  await migrated.close();
});

const write = async (...bodies: object[]) =>
  await createEventWriter(migrated.database, () => new Date()).write(
    bodies.map((body) => toWrite(eventOf(body))),
  );

it('a row about which nothing is new is not written again', async () => {
  const versions = () =>
    queryRows(migrated.url, `SELECT ctid::text FROM contact WHERE sinch_contact_id = 'named'`);
  await write(report('DELIVERED', 1, { contact_id: 'named' }));
  const before = await versions();
  await write(report('READ', 2, { contact_id: 'named' }));
  expect(before).toHaveLength(1);
  expect(await versions()).toEqual(before);
});

it('writers of other events about the same rows do not block each other for good', async () => {
  // Each row takes a moment, so that all of them are at it at once.
  await queryRows(
    migrated.url,
    `CREATE FUNCTION linger() RETURNS trigger LANGUAGE plpgsql AS
     $$ BEGIN PERFORM pg_sleep(0.002); RETURN NEW; END $$;
     CREATE TRIGGER linger BEFORE INSERT OR UPDATE ON message
     FOR EACH ROW EXECUTE FUNCTION linger()`,
  );
  const ids = Array.from({ length: 60 }, (_, index) => `m${index}`);
  const writers = [1, 2, 3, 4].map((second) => ({
    database: openDatabase({ url: migrated.url }),
    events: ids.map((id) => toWrite(eventOf({ ...report('READ', second, { message_id: id }) }))),
  }));
  await Promise.all(
    writers.map(async ({ database, events }, index) => {
      const turned = [...events.slice(index * 15), ...events.slice(0, index * 15)];
      await createEventWriter(database, () => new Date()).write(turned);
      // A session tells of its deadlocks when it ends.
      await database.close();
    }),
  );
  const [found] = await queryRows(
    migrated.url,
    'SELECT deadlocks::int FROM pg_stat_database WHERE datname = current_database()',
  );
  expect(found).toEqual({ deadlocks: 0 });
  await queryRows(migrated.url, 'DROP TRIGGER linger ON message');
});

it('a merge further up the chain, while a message of the chain is being written, is not missed', async () => {
  const merge = (from: string, into: string) => ({
    accepted_time: at(1),
    contact_merge_notification: { preserved_contact: { id: into }, deleted_contact: { id: from } },
  });
  await write(merge('A', 'B'));
  const gate = await holdCommits('held');
  const message = write({ message: inbound('hi', { id: 'held', contact_id: 'A' }) });
  await until(async () => (await countWaiting()) === 1, { what: 'the message at the gate' });
  let hasMerged = false;
  const merged = write(merge('B', 'C')).then(() => (hasMerged = true));
  await until(async () => hasMerged || (await countWaiting()) === 2, { what: 'the merge' });
  await gate.open();
  await Promise.all([message, merged]);
  const { message: rows } = await allRows(migrated.database);
  expect(rows).toContainEqual(
    expect.objectContaining({ sinch_message_id: 'held', contact_id: 'C' }),
  );
});

it('values are settled alike where the database sorts by a language', async ({ skip }) => {
  const name = 'sorts_by_language';
  const create = `CREATE DATABASE ${name} TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'en'`;
  try {
    await queryRows(inject('postgresUrl'), create);
  } catch (error) {
    skip(`this Postgres knows no languages: ${String(error)}`);
  }
  const { url, drop } = await createDatabase(inject('postgresUrl'), undefined, { template: name });
  await migrateDatabase(url);
  const database = openDatabase({ url });
  try {
    // Byte by byte, B comes before a.
    const bodies = [report('READ', 1, { metadata: 'a' }), report('READ', 2, { metadata: 'B' })];
    const speaking = { ...migrated, url, database };
    await inEveryOrder(speaking, bodies, ({ message }) => {
      expect(message).toMatchObject([{ metadata: 'a' }]);
    });
  } finally {
    await database.close();
    await drop();
    await queryRows(inject('postgresUrl'), `DROP DATABASE ${name}`);
  }
});

/** Lets no transaction commit that writes this message, until the gate is opened. */
async function holdCommits(messageId: string): Promise<{ open(): Promise<void> }> {
  const lock = 4711;
  const { prisma } = migrated.database;
  await prisma.$executeRawUnsafe(`
    CREATE FUNCTION wait_at_gate() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN PERFORM pg_advisory_xact_lock_shared(${lock}); RETURN NULL; END $$`);
  await prisma.$executeRawUnsafe(`
    CREATE CONSTRAINT TRIGGER gate AFTER INSERT ON message DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.sinch_message_id = '${messageId}') EXECUTE FUNCTION wait_at_gate()`);
  const opened = Promise.withResolvers<undefined>();
  const held = Promise.withResolvers<undefined>();
  const holding = prisma.$transaction(
    async (tx) => {
      await tx.$executeRawUnsafe(`SELECT pg_advisory_xact_lock(${lock})`);
      held.resolve(undefined);
      await opened.promise;
    },
    { timeout: 60_000 },
  );
  await held.promise;
  return {
    async open() {
      opened.resolve(undefined);
      await holding;
    },
  };
}

/** Sessions of this database that wait for a lock of another one. */
async function countWaiting(): Promise<number> {
  const [found] = await queryRows<{ waiting: number }>(
    migrated.url,
    `SELECT count(*)::int AS waiting FROM pg_stat_activity
     WHERE datname = current_database() AND wait_event_type = 'Lock'`,
  );
  return found?.waiting ?? 0;
}
