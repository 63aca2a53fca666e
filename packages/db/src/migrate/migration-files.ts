import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of this repository's migrations. */
export const defaultMigrationsDir = fileURLToPath(
  new URL('../../../../prisma/migrations', import.meta.url),
);

/** Lists the names of the migrations in a folder, oldest first. */
export function listMigrationNames(migrationsDir: string): string[] {
  return readdirSync(migrationsDir, { withFileTypes: true })
    .filter((entry) => existsSync(path.join(migrationsDir, entry.name, 'migration.sql')))
    .map((entry) => entry.name)
    .sort();
}

/** Reads the migrations of a folder in the form that Prisma's schema engine takes. */
export function readMigrationList(migrationsDir: string) {
  const lockfile = path.join(migrationsDir, 'migration_lock.toml');
  return {
    baseDir: migrationsDir,
    lockfile: { path: 'migration_lock.toml', content: readFileSync(lockfile, 'utf8') },
    shadowDbInitScript: '',
    migrationDirectories: listMigrationNames(migrationsDir).map((name) => ({
      path: name,
      migrationFile: {
        path: 'migration.sql',
        content: {
          tag: 'ok' as const,
          value: readFileSync(path.join(migrationsDir, name, 'migration.sql'), 'utf8'),
        },
      },
    })),
  };
}

/** An index that is built while the table is written to, outside of any transaction. */
export interface OnlineIndex {
  readonly name: string;
  readonly table: string;
  readonly isUnique: boolean;
  /** The part of its statement after the table: `(columns) WHERE …`. */
  readonly definition: string;
}

/** A file beside `migration.sql`, with one `CREATE INDEX "name" ON "table" …;` after the other. */
const fileName = 'online-indexes.sql';
const statementPattern = /^CREATE (UNIQUE )?INDEX "(\w+)" ON "(\w+)" (\S[\s\S]*)$/;

/**
 * Reads the online indexes of all migrations in a folder, oldest first. A release that drops an
 * index also removes it from its file; otherwise it would be built again.
 * @throws Error for a statement of another form.
 */
export function readOnlineIndexes(migrationsDir: string): readonly OnlineIndex[] {
  return listMigrationNames(migrationsDir).flatMap((name) => {
    const file = path.join(migrationsDir, name, fileName);
    return existsSync(file) ? parseOnlineIndexes(readFileSync(file, 'utf8')) : [];
  });
}

function parseOnlineIndexes(sql: string): OnlineIndex[] {
  const statements = sql.replaceAll(/^--.*$/gm, '').split(';');
  return statements.flatMap((text) => {
    const statement = text.trim();
    if (statement === '') return [];
    const [, unique, name, table, definition] = statementPattern.exec(statement) ?? [];
    if (name === undefined || table === undefined || definition === undefined) {
      throw new Error(`${fileName} holds only CREATE INDEX "name" ON "table" …, not: ${statement}`);
    }
    return [{ name, table, isUnique: unique !== undefined, definition }];
  });
}
