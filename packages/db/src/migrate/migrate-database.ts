import pg from 'pg';
import { whileAvailable } from '../failure.ts';
import { defaultMigrationsDir, readMigrationList } from './migration-files.ts';
import { withSchemaEngine } from './schema-engine.ts';

/** Any constant will do, as long as every migrator of this schema takes the same. */
const advisoryLock = 727_411_900;
const connectTimeoutMs = 10_000;

/**
 * Brings the database to the newest migration and returns the names of those that it applied.
 * Safe to run from several processes at once: one applies, the others wait and find it done.
 *
 * @throws DatabaseUnavailableError when the server cannot be reached or refuses the login.
 * @throws Error of Prisma's schema engine when a migration fails or has failed before.
 */
export async function migrateDatabase(
  url: string,
  migrationsDir = defaultMigrationsDir,
): Promise<readonly string[]> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: connectTimeoutMs,
  });
  // A connection that breaks makes the next query reject, which says it well enough.
  client.on('error', () => undefined);
  try {
    await whileAvailable(async () => await client.connect());
    await client.query('SELECT pg_advisory_lock($1)', [advisoryLock]);
    const { appliedMigrationNames } = await withSchemaEngine(url, (engine) =>
      engine.applyMigrations({
        migrationsList: readMigrationList(migrationsDir),
        filters: { externalTables: [], externalEnums: [] },
      }),
    );
    return appliedMigrationNames;
  } finally {
    await client.end();
  }
}
