import { createDatabase, queryRows } from '@sinch-callbacks/dev-env/servers';
import { expect, inject, it } from 'vitest';
import { createEventWriter, migrateDatabase, openDatabase } from '../../src/index.ts';
import { inEveryOrder, report } from '../projections/every-order.ts';
import { eventOf, toWrite, useMigratedDatabase } from '../support.ts';

const migrated = useMigratedDatabase();

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
  // Each row takes a moment, so that all writers overlap.
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
      // A session reports its deadlocks when it ends.
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

it('values are settled alike where the database sorts by a language', async ({ skip }) => {
  const name = 'sorts_by_language';
  const create = `CREATE DATABASE ${name} TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'en'`;
  try {
    await queryRows(inject('postgresUrl'), create);
  } catch (error) {
    skip(`this Postgres has no collations of languages: ${String(error)}`);
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
