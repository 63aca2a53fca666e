import { Socket } from 'node:net';
import pg from 'pg';
import { defaultPrefix } from '../contract/queue-names.ts';
import { type ConnectPolicy, silenceLimitMs } from './connect-policy.ts';

const connectTimeoutMs = 5_000;
/** Long, because the migration of one process may have to wait for that of another. */
const migrationTimeoutMs = 60_000;
const poolSize = { 'fail-fast': 4, wait: 10 } as const;

/** The part of a queue's location that Postgres needs. */
interface PostgresLocation {
  readonly backend: { readonly url: string };
  readonly prefix?: string;
}

/** Makes pg's options for a connection, and the name of the queue's own schema. */
export function postgresConnection(
  { backend, prefix = defaultPrefix }: PostgresLocation,
  policy: ConnectPolicy,
) {
  const limits = limitsOf(policy);
  return {
    connectionString: backend.url,
    schema: schemaOf(prefix),
    max: poolSize[policy.kind],
    connectionTimeoutMillis: limits.connectTimeoutMs,
    // For a pool's connections. The pool closes an idle one after ten seconds.
    onConnect: (client: pg.ClientBase) => breakWhenSilent(client, limits.silenceMs),
    query_timeout: limits.queryTimeoutMs,
    application_name: 'sinch-callbacks-queue',
    keepAlive: true,
  };
}

/** Makes `sinch_queue` of `sinch`. No two prefixes share a schema, not even `a-b` and `a_b`. */
function schemaOf(prefix: string): string {
  return `${prefix.replaceAll('_', '__').replaceAll('-', '_d')}_queue`;
}

/** Makes the options of a connection that prepares the schema. */
export function migratingConnection(location: PostgresLocation) {
  const { onConnect: _, ...connection } = postgresConnection(location, { kind: 'wait' });
  return { ...connection, query_timeout: migrationTimeoutMs };
}

/**
 * Limits the silence of a pool's connection, which ends the query on it. BullMQ's connection for
 * notifications belongs to no pool and may be silent for hours, so only its queries have a limit: a
 * worker that waits for a notification also polls every few seconds.
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
 * Runs statements that prepare the schema of a queue on Postgres, over a connection of its own.
 * @param migration makes the statements for the schema's name. They may run more than once.
 */
export async function prepareSchema(
  location: PostgresLocation,
  migration: (schema: string) => string,
): Promise<void> {
  const { schema, ...connection } = migratingConnection(location);
  const client = new pg.Client(connection);
  // The query rejects when the connection breaks.
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query(migration(schema));
  } finally {
    await client.end();
  }
}
