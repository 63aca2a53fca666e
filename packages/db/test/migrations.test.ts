import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createDatabase } from '@sinch-callbacks/testing/servers';
import type {} from '@sinch-callbacks/testing/vitest';
import pg from 'pg';
import { expect, inject, it, onTestFinished } from 'vitest';
import {
  groupDeadLetters,
  inspectDatabase,
  migrateDatabase,
  openDatabase,
  schemaAsSql,
} from '../src/index.ts';

const migrationsDir = path.resolve(import.meta.dirname, '../../../prisma/migrations');
const schemaFile = path.resolve(import.meta.dirname, '../../../prisma/schema.prisma');

it('the migrations make exactly what schema.prisma says', async () => {
  const [migrated, declared] = await Promise.all([newDatabase(), newDatabase()]);
  await migrateDatabase(migrated.url);
  await query(declared.url, await schemaAsSql(declared.url, schemaFile));
  const shape = await shapeOf(migrated.url);
  expect(shape.length).toBeGreaterThan(100);
  expect(shape).toEqual(await shapeOf(declared.url));
  await Promise.all([migrated.drop(), declared.drop()]);
});

it('any number of migrators at once leave one migrated database', async () => {
  const { url, drop } = await newDatabase();
  const applied = await Promise.all([1, 2, 3].map(async () => await migrateDatabase(url)));
  expect(applied.flat()).toEqual([...new Set(applied.flat())]);
  expect(applied.flat().length).toBeGreaterThan(0);
  expect(await migrateDatabase(url)).toEqual([]);
  await drop();
});

it('a database that is behind says which migrations it lacks', async () => {
  const { url, drop } = await newDatabase();
  const database = openDatabase({ url });
  const before = await inspectDatabase(database);
  const applied = await migrateDatabase(url);
  expect(before.pendingMigrations).toEqual(applied);
  expect((await inspectDatabase(database)).pendingMigrations).toEqual([]);
  await database.close();
  await drop();
});

it('dead letters of the first release are kept, and have their fingerprint when it is asked for', async () => {
  const { url, drop } = await newDatabase();
  const firstOnly = await mkdtemp(path.join(tmpdir(), 'migrations-'));
  onTestFinished(async () => await rm(firstOnly, { recursive: true, force: true }));
  for (const name of ['20261123000000_init', 'migration_lock.toml']) {
    await cp(path.join(migrationsDir, name), path.join(firstOnly, name), { recursive: true });
  }
  await migrateDatabase(url, firstOnly);
  await query(
    url,
    `INSERT INTO callback_event (event_key, trigger, received_at, state, attempts, raw_body)
       SELECT 'K' || n, 'MESSAGE_DELIVERY', now(), 'DEAD', 1, 'x' FROM generate_series(1, 1200) AS n;
     INSERT INTO dead_letter (event_key, trigger, error_class, error_message, attempts, first_failed_at, dead_at)
       SELECT event_key, trigger, 'permanent', 'no row ' || event_key, '[]', now(), now() FROM callback_event`,
  );
  expect(await migrateDatabase(url)).not.toEqual([]);
  const database = openDatabase({ url });
  expect(await groupDeadLetters(database, {}, 10)).toMatchObject([{ count: 1200 }]);
  await database.close();
  await drop();
});

const newDatabase = async () => await createDatabase(inject('postgresUrl'));

/** Columns, constraints, indexes and enums, in words. */
async function shapeOf(url: string): Promise<string[]> {
  const rows = await query<{ line: string }>(
    url,
    `SELECT concat_ws(' ', 'column', table_name, column_name, udt_name, datetime_precision, is_nullable, column_default) AS line
       FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> '_prisma_migrations'
     UNION ALL SELECT concat_ws(' ', 'index', indexdef) FROM pg_indexes
       WHERE schemaname = 'public' AND tablename <> '_prisma_migrations'
     UNION ALL SELECT concat_ws(' ', 'constraint', conrelid::regclass, conname, pg_get_constraintdef(oid)) FROM pg_constraint
       WHERE connamespace = 'public'::regnamespace AND conrelid <> coalesce(to_regclass('_prisma_migrations'), 0)
     UNION ALL SELECT concat_ws(' ', 'enum', enumtypid::regtype, enumlabel, enumsortorder) FROM pg_enum
     ORDER BY line`,
  );
  return rows.map(({ line }) => line);
}

async function query<Row extends pg.QueryResultRow>(url: string, sql: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Row>(sql)).rows;
  } finally {
    await client.end();
  }
}
