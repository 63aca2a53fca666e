import { cp, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { until } from '@sinch-callbacks/dev-env/processes';
import { createDatabase } from '@sinch-callbacks/dev-env/servers';
import type {} from '@sinch-callbacks/dev-env/vitest';
import pg from 'pg';
import { describe, expect, inject, it, onTestFinished } from 'vitest';
import {
  createPartitionsAhead,
  inspectDatabase,
  isSupported,
  migrateDatabase,
  openDatabase,
  schemaAsSql,
} from '../../src/index.ts';

const migrationsDir = path.resolve(import.meta.dirname, '../../../../prisma/migrations');
const schemaFile = path.resolve(import.meta.dirname, '../../../../prisma/schema.prisma');

it('the migrations make the schema of schema.prisma, and nothing else but what it cannot express', async () => {
  const [migrated, declared] = await Promise.all([newDatabase(), newDatabase()]);
  await migrateDatabase(migrated.url);
  await query(declared.url, await schemaAsSql(declared.url, schemaFile));
  const [made, said] = [await shapeOf(migrated.url), await shapeOf(declared.url)];
  expect(made.length).toBeGreaterThan(100);
  const sayable = new Set(
    made.map((line) => line.replace(/( NULLS NOT DISTINCT)?( WITH \(.*\))?( WHERE .*)?$/, '')),
  );
  expect(said.filter((line) => !sayable.has(line) && !isUntrue(line))).toEqual([]);
  expect(made.filter((line) => !said.includes(line) && !isUnsayable(line))).toEqual([]);
  await Promise.all([migrated.drop(), declared.drop()]);
});

/** Checks for the primary key that only Prisma requires: the table's own key may hold nulls. */
function isUntrue(line: string): boolean {
  return /message_status_pkey/.test(line);
}

/**
 * Checks for what Prisma cannot express: partial indexes, those on expressions or of another kind,
 * and nulls that are not distinct.
 */
function isUnsayable(line: string): boolean {
  return /^index .*( WHERE |NULLS NOT DISTINCT|USING (gin|brin)|\(\()/.test(line);
}

it('any number of migrators at once leave one migrated database', async () => {
  const { url, drop } = await newDatabase();
  const applied = await Promise.all([1, 2, 3].map(async () => await migrateDatabase(url)));
  expect(applied.flat()).toEqual([...new Set(applied.flat())]);
  expect(applied.flat().length).toBeGreaterThan(0);
  expect(await migrateDatabase(url)).toEqual([]);
  await drop();
});

it('a database that is behind lists the migrations that it lacks', async () => {
  const { url, drop } = await newDatabase();
  const database = openDatabase({ url });
  const before = await inspectDatabase(database);
  const applied = await migrateDatabase(url);
  expect(before.pendingMigrations).toEqual(applied);
  expect((await inspectDatabase(database)).pendingMigrations).toEqual([]);
  await database.close();
  await drop();
});

it('Postgres before 15 is refused by name', () => {
  expect(['14.20 (Debian 14.20-1)', '9.6', 'unknown'].map(isSupported)).toEqual([
    false,
    false,
    false,
  ]);
  expect(['15.0', '18.4', '19beta1'].every(isSupported)).toBe(true);
});

it('a migration that fails leaves nothing of itself behind', async () => {
  const { url, drop } = await newDatabase();
  const dir = await migrationsOf(
    `CREATE FUNCTION f() RETURNS text LANGUAGE plpgsql AS $$ BEGIN RETURN ';'; END $$;
     CREATE TABLE half_made (id integer); SELECT 1 / 0;`,
  );
  await expect(migrateDatabase(url, dir)).rejects.toThrow(/division by zero/);
  expect(await query(url, "SELECT to_regclass('half_made') AS found")).toEqual([{ found: null }]);
  await drop();
});

it('keys of tasks become digests while tasks are made', async () => {
  const { url, drop } = await newDatabase();
  const before = await migrationsBefore('20261130000006_digested_task_keys');
  await migrateDatabase(url, before);
  const insert = (occurrence: string) => `INSERT INTO handler_task
    (event_received_at, occurrence, event_digest, handler, trigger, key)
    VALUES (now(), '${occurrence}', '', 'h', 't', 'identity:SMS:46701230001')`;
  await query(url, `${insert('old')}; UPDATE handler_task SET key = 'identity:SMS:46701230001'`);
  const other = new pg.Client({ connectionString: url });
  await other.connect();
  await other.query('BEGIN; SELECT FROM handler_task FOR UPDATE');
  const migrating = migrateDatabase(url);
  const waits = async () => (await query(url, 'SELECT FROM pg_locks WHERE NOT granted')).length > 0;
  await until(waits, { what: 'the migration to wait for a task' });
  await query(url, `SET lock_timeout = '1s'; ${insert('new')}`);
  await other.query('COMMIT');
  await other.end();
  await migrating;
  const keys = await query<{ key: string }>(url, 'SELECT DISTINCT key FROM handler_task');
  expect(keys).toEqual([{ key: expect.stringMatching(/^identity:SMS:#[0-9a-f]{32}$/) }]);
  await drop();
});

describe('an index that is built online', () => {
  const name = 'callback_event_app_id_idx';
  const online = `-- By app.\nCREATE INDEX "${name}" ON "callback_event" ("app_id") WHERE "app_id" <> '';\n`;
  const plain =
    'CREATE UNIQUE INDEX "message_lower_idx" ON "message" (lower("sinch_message_id"));\n';

  const indexes = async (url: string) =>
    await query<{ table: string; is_valid: boolean }>(
      url,
      `SELECT indrelid::regclass::text AS table, indisvalid AS is_valid FROM pg_index
       WHERE pg_get_indexdef(indexrelid) LIKE '%(app_id) WHERE%' ORDER BY 1`,
    );

  it('is built in every partition that there is and that comes later', async () => {
    const { url, drop } = await newDatabase();
    await migrateDatabase(url);
    const dir = await migrationsWith(online + plain);
    const database = openDatabase({ url });
    const labels = [`index ${name} (built online)`, 'index message_lower_idx (built online)'];
    expect((await inspectDatabase(database, dir)).pendingMigrations).toEqual(labels);
    const applied = await Promise.all([1, 2].map(async () => await migrateDatabase(url, dir)));
    expect(applied.flat().toSorted()).toEqual(labels);
    expect((await inspectDatabase(database, dir)).pendingMigrations).toEqual([]);
    const before = (await indexes(url)).length;
    expect(before).toBeGreaterThan(10);
    await createPartitionsAhead(database, new Date('2025-03-10T00:00:00Z'));
    const after = await indexes(url);
    expect(after).toHaveLength(before + 10);
    expect(after.every((one) => one.is_valid)).toBe(true);
    await database.close();
    await drop();
  });

  it('waits for a transaction that is open without blocking writers', async () => {
    const { url, drop } = await newDatabase();
    await migrateDatabase(url);
    const reader = new pg.Client({ connectionString: url });
    await reader.connect();
    await reader.query(`BEGIN; INSERT INTO message (sinch_message_id, created_at, updated_at, happened_at)
      VALUES ('open', now(), now(), now())`);
    const migrating = migrateDatabase(url, await migrationsWith(plain));
    const waits = async () =>
      (await query(url, "SELECT FROM pg_locks WHERE NOT granted AND locktype = 'virtualxid'"))
        .length > 0 ||
      (await query(url, "SELECT FROM pg_locks WHERE NOT granted AND locktype = 'transactionid'"))
        .length > 0;
    await until(waits, { what: 'the index to wait' });
    await query(
      url,
      `SET lock_timeout = '2s';
       INSERT INTO message (sinch_message_id, created_at, updated_at, happened_at)
       VALUES ('other', now(), now(), now())`,
    );
    await reader.query('COMMIT');
    await reader.end();
    expect(await migrating).toEqual(['index message_lower_idx (built online)']);
    await drop();
  });

  it('is built again where an earlier try left it invalid', async () => {
    const { url, drop } = await newDatabase();
    await migrateDatabase(url);
    await query(
      url,
      `INSERT INTO message (sinch_message_id, created_at, updated_at, happened_at)
       VALUES ('a', now(), now(), now()), ('A', now(), now(), now())`,
    );
    const dir = await migrationsWith(plain);
    await expect(migrateDatabase(url, dir)).rejects.toThrow(/could not create unique index/);
    const isValid = async () =>
      await query(
        url,
        "SELECT indisvalid AS valid FROM pg_index WHERE indexrelid = to_regclass('message_lower_idx')",
      );
    expect(await isValid()).toEqual([{ valid: false }]);
    await query(url, "DELETE FROM message WHERE sinch_message_id = 'A'");
    expect(await migrateDatabase(url, dir)).toEqual(['index message_lower_idx (built online)']);
    expect(await isValid()).toEqual([{ valid: true }]);
    await drop();
  });

  it('is refused in another form', async () => {
    const { url, drop } = await newDatabase();
    const dir = await migrationsWith('CREATE INDEX CONCURRENTLY x ON message (app_id);');
    await expect(migrateDatabase(url, dir)).rejects.toThrow(/holds only CREATE INDEX/);
    await drop();
  });
});

/** Copies the migrations of this release, with such a file beside the last one. */
async function migrationsWith(onlineIndexes: string): Promise<string> {
  const dir = await mkdtemp(path.join(tmpdir(), 'migrations-'));
  onTestFinished(async () => await rm(dir, { recursive: true, force: true }));
  await cp(migrationsDir, dir, { recursive: true });
  const names = (await readdir(dir, { withFileTypes: true })).filter((one) => one.isDirectory());
  const last =
    names
      .map((one) => one.name)
      .toSorted()
      .at(-1) ?? '';
  await writeFile(path.join(dir, last, 'online-indexes.sql'), onlineIndexes);
  return dir;
}

/** Copies the migrations of this release, without one and those after it. */
async function migrationsBefore(first: string): Promise<string> {
  const dir = await migrationsWith('');
  for (const name of await readdir(dir)) {
    if (/^\d/.test(name) && name >= first) await rm(path.join(dir, name), { recursive: true });
  }
  return dir;
}

/** Makes a folder with one migration. */
async function migrationsOf(sql: string): Promise<string> {
  const dir = await mkdtemp(path.join(tmpdir(), 'migrations-'));
  onTestFinished(async () => await rm(dir, { recursive: true, force: true }));
  await cp(path.join(migrationsDir, 'migration_lock.toml'), path.join(dir, 'migration_lock.toml'));
  await mkdir(path.join(dir, '20260101000000_one'));
  await writeFile(path.join(dir, '20260101000000_one', 'migration.sql'), sql);
  return dir;
}

const newDatabase = async () => await createDatabase(inject('postgresUrl'));

/**
 * Lists columns, constraints, indexes and enums of tables as texts. Partitions have their table's
 * shape, views are not in the schema, and Prisma cannot express how a column is generated.
 */
async function shapeOf(url: string): Promise<string[]> {
  const tables = `SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace
    AND relkind IN ('r', 'p') AND NOT relispartition AND relname <> '_prisma_migrations'`;
  const rows = await query<{ line: string }>(
    url,
    `WITH tables AS (${tables})
     SELECT concat_ws(' ', 'column', table_name, column_name, udt_name, datetime_precision,
       is_nullable, column_default) AS line
       FROM information_schema.columns
       WHERE table_schema = 'public' AND format('%I', table_name)::regclass IN (SELECT oid FROM tables)
     UNION ALL SELECT concat_ws(' ', 'index', replace(pg_get_indexdef(indexrelid), ' ON ONLY ', ' ON '))
       FROM pg_index WHERE indrelid IN (SELECT oid FROM tables)
     UNION ALL SELECT concat_ws(' ', 'constraint', conrelid::regclass, conname, pg_get_constraintdef(oid))
       FROM pg_constraint WHERE conrelid IN (SELECT oid FROM tables)
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
