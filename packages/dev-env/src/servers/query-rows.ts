import pg from 'pg';

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
