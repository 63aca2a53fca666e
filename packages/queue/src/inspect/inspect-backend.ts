import pg from 'pg';
import { withDeadline } from '../connection/deadline.ts';
import type { QueueBackend } from '../connection/queue-backend.ts';
import { parseRedisUrl } from '../connection/redis-address.ts';
import { inspectCluster, inspectRedis, type RedisState } from './inspect-redis.ts';

/** The queue's server, as far as it decides whether events can be lost. */
export type BackendState =
  | RedisState
  | { readonly kind: 'postgres'; readonly version: string }
  | { readonly kind: 'unreachable'; readonly reason: string };

const timeoutMs = 5_000;

/** Reads the state of the queue's server without changing it. Never throws. */
export async function inspectBackend(backend: QueueBackend): Promise<BackendState> {
  try {
    switch (backend.kind) {
      case 'redis':
        return await inspectRedisOrCluster(backend.url);
      case 'postgres':
        return await inspectPostgres(backend.url);
    }
  } catch (error) {
    return { kind: 'unreachable', reason: error instanceof Error ? error.message : String(error) };
  }
}

async function inspectRedisOrCluster(url: string): Promise<BackendState> {
  const address = parseRedisUrl(url);
  return address.kind === 'cluster'
    ? await inspectCluster(address, timeoutMs)
    : await inspectRedis(address.url, timeoutMs);
}

async function inspectPostgres(connectionString: string): Promise<BackendState> {
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: timeoutMs });
  // The query rejects when the connection breaks.
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await withDeadline(
      client.query<{ server_version: string }>('SHOW server_version'),
      timeoutMs,
    );
    return { kind: 'postgres', version: rows[0]?.server_version ?? 'unknown' };
  } finally {
    // Not awaited: with a server that has vanished it never ends.
    void client.end().catch(() => undefined);
  }
}
