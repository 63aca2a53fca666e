import type { Database } from '../database.ts';
import { whileAvailable } from '../failure.ts';
import { defaultMigrationsDir, listMigrationNames } from './migration-files.ts';

export interface DatabaseState {
  /** As Postgres says it, such as `18.4`. */
  readonly serverVersion: string;
  /** Migrations of this release that the database does not have. */
  readonly pendingMigrations: readonly string[];
}

/**
 * Looks at a database without changing it.
 * @throws DatabaseUnavailableError when it cannot be reached.
 */
export async function inspectDatabase(
  { prisma }: Database,
  migrationsDir = defaultMigrationsDir,
): Promise<DatabaseState> {
  return await whileAvailable(async () => {
    const [version] = await prisma.$queryRaw<{ server_version: string }[]>`SHOW server_version`;
    const [table] = await prisma.$queryRaw<{ exists: boolean }[]>`
      SELECT to_regclass('_prisma_migrations') IS NOT NULL AS exists`;
    const applied = table?.exists
      ? await prisma.$queryRaw<{ migration_name: string }[]>`
          SELECT migration_name FROM _prisma_migrations
          WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL`
      : [];
    const names = new Set(applied.map((row) => row.migration_name));
    return {
      serverVersion: version?.server_version ?? 'unknown',
      pendingMigrations: listMigrationNames(migrationsDir).filter((name) => !names.has(name)),
    };
  });
}
