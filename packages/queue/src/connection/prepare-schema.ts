import pg from 'pg';
import { migratingConnection } from './postgres-connection.ts';
import type { QueueLocation } from './queue-backend.ts';

/**
 * Runs what prepares something in the schema of a queue on Postgres, over a connection of its own.
 * @param migration makes the statements, which may be repeated, for the name of that schema.
 */
export async function prepareSchema(
  location: QueueLocation,
  migration: (schema: string) => string,
): Promise<void> {
  const { schema, ...connection } = migratingConnection(location);
  const client = new pg.Client(connection);
  // A connection that breaks makes the query reject, which says it well enough.
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query(migration(schema));
  } finally {
    await client.end();
  }
}
