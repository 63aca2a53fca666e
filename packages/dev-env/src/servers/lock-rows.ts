import pg from 'pg';

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
