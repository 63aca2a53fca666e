import { randomBytes } from 'node:crypto';
import pg from 'pg';

export interface TestDatabase {
  readonly name: string;
  readonly url: string;
  /** Drops it and closes its connections. A second call is no error. */
  drop(): Promise<void>;
}

/**
 * Creates an empty database on this server, or a copy of `template`, which must have no
 * connections meanwhile.
 * @param name must not be taken; a new one when absent
 */
export async function createDatabase(
  serverUrl: string,
  name = `test_${randomBytes(8).toString('hex')}`,
  { template }: { readonly template?: string } = {},
): Promise<TestDatabase> {
  // Copying the files is several times faster than writing everything to the log.
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

/** Returns the URL of the database of this name on this server; creates it if it is missing. */
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

/** Runs one query over a connection of its own; for a few queries, not for load. */
export async function queryRows<Row extends Record<string, unknown>>(
  url: string,
  sql: string,
  values: readonly unknown[] = [],
): Promise<Row[]> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: connectTimeoutMs,
  });
  // If the server stops meanwhile, the query rejects; the event would only repeat it.
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<Row>(sql, [...values])).rows;
  } finally {
    await client.end();
  }
}

/**
 * Locks rows from a session of its own, until the returned function is called.
 * @param query a `SELECT … FOR UPDATE`
 */
export async function lockRows(url: string, query: string): Promise<() => Promise<void>> {
  const client = new pg.Client({ connectionString: url });
  // A server that stops meanwhile releases the locks as well.
  client.on('error', () => undefined);
  await client.connect();
  await client.query('BEGIN');
  await client.query(query);
  return async () => await client.end();
}
