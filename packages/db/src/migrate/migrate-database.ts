import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { advisoryLocks } from '../advisory-locks.ts';
import { whileAvailable } from '../failure.ts';
import { createWeeks } from '../partitions/create-weeks.ts';
import { buildIndex } from './build-index.ts';
import { describePending, pendingIndexes, requireSupported } from './inspect-database.ts';
import { defaultMigrationsDir, readMigrationList } from './migration-files.ts';
import { withSchemaEngine } from './schema-engine.ts';

const connectTimeoutMs = 10_000;
const pollMs = 200;

/**
 * The error of a lost lock. Migrations hold a session lock, and a pooler may give the session to
 * another client.
 */
const lostLock =
  'the connection changed in the middle of a migration: migrations need a direct connection ' +
  'to Postgres, and not a pooler that shares connections by transaction';

/**
 * Migrates the database to the newest migration, builds the online indexes, and creates the
 * partitions of the coming weeks. Returns the names of everything that it applied. Several
 * processes may run it at the same time: one applies, the others wait and find it done.
 *
 * @param url of Postgres itself; see above.
 * @throws DatabaseUnavailableError when the server cannot be reached or refuses the login.
 * @throws Error of Prisma's schema engine when a migration fails or has failed before.
 */
export async function migrateDatabase(
  url: string,
  migrationsDir = defaultMigrationsDir,
  now = new Date(),
): Promise<readonly string[]> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: connectTimeoutMs,
  });
  // A connection that breaks makes the next query reject, which is enough.
  client.on('error', () => undefined);
  try {
    await whileAvailable(async () => await client.connect());
    await requireSupported(client);
    await client.query('SET statement_timeout = 0');
    await takeLock(client);
    const { appliedMigrationNames } = await withSchemaEngine(url, (engine) =>
      engine.applyMigrations({
        migrationsList: readMigrationList(migrationsDir),
        filters: { externalTables: [], externalEnums: [] },
      }),
    );
    const indexes = await pendingIndexes(client, migrationsDir);
    for (const index of indexes) await buildIndex(client, index, () => requireLock(client));
    await requireLock(client);
    await createWeeks(client, now);
    return [...appliedMigrationNames, ...indexes.map(describePending)];
  } finally {
    await client.end();
  }
}

/**
 * Polls for the lock. A session that waits in the server has a transaction open, and an online
 * index build would wait for its end in turn.
 */
async function takeLock(client: pg.Client): Promise<void> {
  for (;;) {
    const { rows } = await client.query<{ is_ours: boolean }>(
      'SELECT pg_try_advisory_lock($1) AS is_ours',
      [advisoryLocks.migration],
    );
    if (rows[0]?.is_ours) return;
    await sleep(pollMs);
  }
}

async function requireLock(client: pg.Client): Promise<void> {
  const { rowCount } = await client.query(
    `SELECT FROM pg_locks WHERE locktype = 'advisory' AND objid = $1::integer::oid
     AND pid = pg_backend_pid() AND granted LIMIT 1`,
    [advisoryLocks.migration],
  );
  if (rowCount !== 1) throw new Error(lostLock);
}
