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

/** Settings that decide what a commit or an answered command is worth; the same for everybody. */
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
 * A Postgres as it is run for good: every commit reaches the disk before it is answered.
 * @param tracksCommits it keeps when each transaction was committed.
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

/** A new, empty Redis: append-only file written each second, no eviction. */
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

/** Those of every Redis that `openRedis` starts. */
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

/** Empty databases with the product's tables, made in no time. */
export interface TemplateDatabase {
  /** A copy of its own for one run, on a server that has nothing left to write. */
  copy(): Promise<TestDatabase>;
}

export async function prepareTemplate(serverUrl: string): Promise<TemplateDatabase> {
  const template = await createDatabase(
    serverUrl,
    `bench_template_${randomBytes(4).toString('hex')}`,
  );
  await migrateDatabase(template.url);
  // Where the worker looks for what came while Redis was away.
  await migrateQueue({ backend: { kind: 'postgres', url: template.url } });
  return {
    async copy() {
      const name = `bench_${randomBytes(4).toString('hex')}`;
      return await createDatabase(serverUrl, name, { template: template.name });
    },
  };
}

/** Nobody begins with another's work: statistics are there, dirty pages are written. */
export async function vacuumAndCheckpoint(url: string): Promise<void> {
  await queryRows(url, 'VACUUM ANALYZE');
  await queryRows(url, 'CHECKPOINT');
}
