import type pg from 'pg';
import type { Database } from '../database.ts';
import { whileAvailable } from '../failure.ts';
import {
  defaultMigrationsDir,
  listMigrationNames,
  type OnlineIndex,
  readOnlineIndexes,
} from './migration-files.ts';

/** The oldest supported version: the first with `NULLS NOT DISTINCT`. */
export const leastPostgresMajor = 15;

export interface DatabaseState {
  /** The version as Postgres reports it, such as `18.4`. */
  readonly serverVersion: string;
  /** Migrations of this release that the database does not have, and indexes to be built online. */
  readonly pendingMigrations: readonly string[];
}

/**
 * Inspects a database without changing it.
 * @throws DatabaseUnavailableError when it cannot be reached.
 */
export async function inspectDatabase(
  { pool }: Database,
  migrationsDir = defaultMigrationsDir,
): Promise<DatabaseState> {
  return await whileAvailable(async () => {
    const serverVersion = await versionOf(pool);
    const applied = new Set(await appliedMigrations(pool));
    const pending = listMigrationNames(migrationsDir).filter((name) => !applied.has(name));
    const indexes = await pendingIndexes(pool, migrationsDir);
    return { serverVersion, pendingMigrations: [...pending, ...indexes.map(describePending)] };
  });
}

type Client = Pick<pg.Pool | pg.ClientBase, 'query'>;

/** @throws Error when the server is too old. */
export async function requireSupported(client: Client): Promise<void> {
  const version = await versionOf(client);
  if (isSupported(version)) return;
  throw new Error(`Postgres ${leastPostgresMajor} or newer is needed, and this is ${version}`);
}

/** @param version as `SHOW server_version` gives it. */
export function isSupported(version: string): boolean {
  return Number.parseInt(version, 10) >= leastPostgresMajor;
}

/** Finds indexes that are missing or invalid after an interrupted build. */
export async function pendingIndexes(
  client: Client,
  migrationsDir: string,
): Promise<readonly OnlineIndex[]> {
  const all = readOnlineIndexes(migrationsDir);
  const { rows } = await client.query<{ name: string }>(
    `SELECT c.relname AS name FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid
     WHERE i.indisvalid AND c.relnamespace = current_schema()::regnamespace
       AND c.relname = ANY($1::text[])`,
    [all.map(({ name }) => name)],
  );
  const valid = new Set(rows.map(({ name }) => name));
  return all.filter(({ name }) => !valid.has(name));
}

export function describePending({ name }: OnlineIndex): string {
  return `index ${name} (built online)`;
}

async function versionOf(client: Client): Promise<string> {
  const { rows } = await client.query<{ server_version: string }>('SHOW server_version');
  return rows[0]?.server_version ?? 'unknown';
}

async function appliedMigrations(client: Client): Promise<readonly string[]> {
  const { rows: tables } = await client.query<{ exists: boolean }>(
    "SELECT to_regclass('_prisma_migrations') IS NOT NULL AS exists",
  );
  if (tables[0]?.exists !== true) return [];
  const { rows } = await client.query<{ migration_name: string }>(
    `SELECT migration_name FROM _prisma_migrations
     WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL`,
  );
  return rows.map(({ migration_name: name }) => name);
}
