import { Socket } from 'node:net';
import pg from 'pg';
import { defaultPrefix } from '../contract/queue-names.ts';
import { type ConnectPolicy, silenceLimitMs } from './connect-policy.ts';

const connectTimeoutMs = 5_000;
/** The migration of one process may have to wait for that of another. */
const migrationTimeoutMs = 60_000;
const poolSize = { 'fail-fast': 4, wait: 10 } as const;

/** A queue's location, as far as Postgres looks at it. */
interface PostgresPlace {
  readonly backend: { readonly url: string };
  readonly prefix?: string;
}

/** How pg is to connect, and the schema that the queue has for itself. */
export function postgresConnection(
  { backend, prefix = defaultPrefix }: PostgresPlace,
  policy: ConnectPolicy,
) {
  const limits = limitsOf(policy);
  return {
    connectionString: backend.url,
    schema: schemaOf(prefix),
    max: poolSize[policy.kind],
    connectionTimeoutMillis: limits.connectTimeoutMs,
    // Of a pool's connections. One that is idle goes by itself, after ten seconds.
    onConnect: (client: pg.ClientBase) => breakWhenSilent(client, limits.silenceMs),
    query_timeout: limits.queryTimeoutMs,
    application_name: 'sinch-callbacks-queue',
    keepAlive: true,
  };
}

/** `sinch_queue` for `sinch`. No two prefixes have one schema, such as `a-b` and `a_b`. */
function schemaOf(prefix: string): string {
  return `${prefix.replaceAll('_', '__').replaceAll('-', '_d')}_queue`;
}

/** The same for preparing the schema. */
export function migratingConnection(location: PostgresPlace) {
  const { onConnect: _, ...connection } = postgresConnection(location, { kind: 'wait' });
  return { ...connection, query_timeout: migrationTimeoutMs };
}

/**
 * A query of a pool's connection is over when that is broken. Of BullMQ's connection for
 * notifications, which belongs to no pool and may be silent for hours, only the queries have a
 * limit: a worker that waits for a notification also polls every few seconds.
 */
function limitsOf(policy: ConnectPolicy) {
  if (policy.kind === 'wait') {
    const queryTimeoutMs = silenceLimitMs + connectTimeoutMs;
    return { connectTimeoutMs, silenceMs: silenceLimitMs, queryTimeoutMs };
  }
  const { timeoutMs } = policy;
  return { connectTimeoutMs: timeoutMs, silenceMs: timeoutMs, queryTimeoutMs: timeoutMs };
}

function breakWhenSilent(client: pg.ClientBase, timeoutMs: number): void {
  const stream = client instanceof pg.Client ? client.connection.stream : undefined;
  if (!(stream instanceof Socket)) throw new Error('a Postgres connection without a socket');
  stream.setTimeout(timeoutMs, () => stream.destroy());
}

/**
 * Runs what prepares something in the schema of a queue on Postgres, over a connection of its own.
 * @param migration makes the statements, which may be repeated, for the name of that schema.
 */
export async function prepareSchema(
  location: PostgresPlace,
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
