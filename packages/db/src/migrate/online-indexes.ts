import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { listMigrationNames } from './migration-files.ts';

/** An index that is built while the table is written to, outside of any transaction. */
export interface OnlineIndex {
  readonly name: string;
  readonly table: string;
  readonly isUnique: boolean;
  /** What stands behind the table in its statement: `(columns) WHERE …`. */
  readonly definition: string;
}

/** Beside `migration.sql`, with one `CREATE INDEX "name" ON "table" …;` after the other. */
const fileName = 'online-indexes.sql';
const statementPattern = /^CREATE (UNIQUE )?INDEX "(\w+)" ON "(\w+)" (\S[\s\S]*)$/;

/**
 * The indexes of all migrations in a folder, oldest first. One that a later release drops is
 * taken out of its file by that release, or it would be built again.
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
