import pg from 'pg';
import { expect, it } from 'vitest';
import { waitForWriters } from '../../src/erase/wait-for-writers.ts';
import { createEventWriter } from '../../src/index.ts';
import { eventOf, toWrite, useMigratedDatabase } from '../support.ts';
import { messageOf } from './person-events.ts';

const migrated = useMigratedDatabase('one-per-test');

it('a backup and a reader that is idle in its transaction keep no erasure waiting', async () => {
  const other = await sessionOf('pg_dump');
  await other.query('BEGIN; LOCK TABLE erased_key IN ACCESS SHARE MODE; SELECT FROM erased_key');
  await waitForWriters(migrated.database, 0);
  await other.end();
});

it('a writer that does not end is named', async () => {
  const { database } = migrated;
  const [begun, ended] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const writer = createEventWriter(
    database,
    () => new Date(),
    async () => async () => {
      begun.resolve();
      await ended.promise;
    },
  );
  const written = writer.write([toWrite(eventOf(messageOf('M1', 'C1', '46709990001', 'hi')))]);
  await begun.promise;
  await expect(waitForWriters(database, 0)).rejects.toThrow(/process \d+ \(sinch-callbacks\)/);
  const waits = waitForWriters(database);
  ended.resolve();
  await Promise.all([written, waits]);
});

async function sessionOf(application: string): Promise<pg.Client> {
  const client = new pg.Client({
    connectionString: migrated.url,
    application_name: application,
  });
  await client.connect();
  return client;
}
