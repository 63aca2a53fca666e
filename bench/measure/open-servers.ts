import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { migrateDatabase } from '@sinch-callbacks/db';
import {
  createDatabase,
  type PostgresServer,
  queryRows,
  type RedisServer,
  startPostgres,
  startRedis,
  type TestDatabase,
} from '@sinch-callbacks/dev-env/servers';
import { migrateQueue } from '@sinch-callbacks/queue';
import { Redis } from 'ioredis';

/** Settings that decide how durable a commit or a command is; equal for all contenders. */
const postgresSettings = [
  'server_version',
  'fsync',
  'synchronous_commit',
  'full_page_writes',
  'shared_buffers',
  'max_wal_size',
  'track_commit_timestamp',
];
const redisSettings = ['appendonly', 'appendfsync', 'save', 'maxmemory-policy'];

/**
 * Starts Postgres as in production: every commit reaches the disk before it is answered.
 * @param tracksCommits stores the time of each commit (`track_commit_timestamp`).
 */
export async function openPostgres(
  directory: string,
  { tracksCommits = false } = {},
): Promise<PostgresServer> {
  const options = { dataDir: join(directory, 'postgres'), env: {} };
  const postgres = await startPostgres(options);
  if (postgres.kind === 'embedded') {
    const isOn = (await readPostgresSettings(postgres.url))['track_commit_timestamp'] === 'on';
    if (isOn === tracksCommits) return postgres;
    const value = tracksCommits ? 'on' : 'off';
    await queryRows(postgres.url, `ALTER SYSTEM SET track_commit_timestamp = ${value}`);
    await postgres.close();
    return await startPostgres(options);
  }
  await postgres.close();
  throw new Error('npm has no Postgres for this platform, and a container would not be durable.');
}

/** Starts an empty Redis: append-only file written each second, no eviction. */
export async function openRedis(): Promise<RedisServer> {
  const redis = await startRedis({ sources: ['binary', 'debian'] });
  if (redis.kind === 'unavailable') throw new Error(redis.message);
  return redis;
}

export async function readPostgresSettings(url: string): Promise<Record<string, string>> {
  const rows = await queryRows<{ name: string; setting: string }>(
    url,
    'SELECT name, current_setting(name) AS setting FROM pg_settings WHERE name = ANY($1)',
    [postgresSettings],
  );
  return Object.fromEntries(rows.map(({ name, setting }) => [name, setting]));
}

/** Reads the settings that every Redis of `openRedis` has. */
export async function readNewRedisSettings(): Promise<Record<string, string>> {
  const server = await openRedis();
  const client = new Redis(server.url);
  try {
    const version = /redis_version:(\S+)/.exec(await client.info('server'))?.[1] ?? 'unknown';
    const pairs = await client.config('GET', ...redisSettings);
    const settings = redisSettings.map((name): [string, string] => [
      name,
      pairs[pairs.indexOf(name) + 1] ?? '',
    ]);
    return { version, ...Object.fromEntries(settings) };
  } finally {
    client.disconnect();
    await server.close();
  }
}

/** A database with the product's tables, from which empty copies are made quickly. */
export interface TemplateDatabase {
  /** Makes a database for one run. */
  copy(): Promise<TestDatabase>;
}

export async function prepareTemplate(serverUrl: string): Promise<TemplateDatabase> {
  const template = await createDatabase(
    serverUrl,
    `bench_template_${randomBytes(4).toString('hex')}`,
  );
  await migrateDatabase(template.url);
  // The worker reads this queue for events that came while Redis was down.
  await migrateQueue({ backend: { kind: 'postgres', url: template.url } });
  return {
    async copy() {
      const name = `bench_${randomBytes(4).toString('hex')}`;
      return await createDatabase(serverUrl, name, { template: template.name });
    },
  };
}

/** Updates statistics and writes dirty pages, so that no run pays for the one before. */
export async function vacuumAndCheckpoint(url: string): Promise<void> {
  await queryRows(url, 'VACUUM ANALYZE');
  await queryRows(url, 'CHECKPOINT');
}
