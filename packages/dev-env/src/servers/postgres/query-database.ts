import { randomBytes } from 'node:crypto';
import pg from 'pg';

export interface TestDatabase {
  readonly name: string;
  readonly url: string;
  /** Drops it, with the connections to it. Doing so twice is no error. */
  drop(): Promise<void>;
}

/**
 * Makes an empty database of one's own on this server, or a copy of `template`, which no client
 * may be connected to meanwhile.
 * @param name must not be taken; a new one when absent.
 */
export async function createDatabase(
  serverUrl: string,
  name = `test_${randomBytes(8).toString('hex')}`,
  { template }: { readonly template?: string } = {},
): Promise<TestDatabase> {
  // Its files are copied as they are, which is several times quicker than through the log.
  const copyOf =
    template === undefined ? '' : ` TEMPLATE ${pg.escapeIdentifier(template)} STRATEGY FILE_COPY`;
  await runOn(serverUrl, `CREATE DATABASE ${pg.escapeIdentifier(name)}${copyOf}`);
  return {
    name,
    url: urlOf(serverUrl, name),
    drop: () =>
      runOn(serverUrl, `DROP DATABASE IF EXISTS ${pg.escapeIdentifier(name)} WITH (FORCE)`),
  };
}

/** The database of this name on this server; made if it is not there. */
export async function ensureDatabase(serverUrl: string, name: string): Promise<string> {
  const found = await queryRows(serverUrl, 'SELECT 1 FROM pg_database WHERE datname = $1', [name]);
  if (found.length === 0) await runOn(serverUrl, `CREATE DATABASE ${pg.escapeIdentifier(name)}`);
  return urlOf(serverUrl, name);
}

async function runOn(url: string, statement: string): Promise<void> {
  await queryRows(url, statement);
}

function urlOf(serverUrl: string, database: string): string {
  const url = new URL(serverUrl);
  url.pathname = `/${encodeURIComponent(database)}`;
  return url.href;
}

const connectTimeoutMs = 5_000;

/** Asks one question over a connection of its own; for a few questions, not for load. */
export async function queryRows<Row extends Record<string, unknown>>(
  url: string,
  sql: string,
  values: readonly unknown[] = [],
): Promise<Row[]> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: connectTimeoutMs,
  });
  // A server that goes away while nothing is asked of it is no concern here.
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<Row>(sql, [...values])).rows;
  } finally {
    await client.end();
  }
}

/**
 * Locks rows from a session of its own, until the function that it returns is called.
 * @param query a `SELECT … FOR UPDATE`.
 */
export async function lockRows(url: string, query: string): Promise<() => Promise<void>> {
  const client = new pg.Client({ connectionString: url });
  // A server that ends meanwhile has let go of them as well.
  client.on('error', () => undefined);
  await client.connect();
  await client.query('BEGIN');
  await client.query(query);
  return async () => await client.end();
}
