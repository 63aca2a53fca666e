import { join } from 'node:path';
import { ensureDatabase } from '@sinch-callbacks/dev-env/servers';
import type { Ground } from './ground.ts';
import { launchPostgres, launchRedis } from './launch-servers.ts';
import type { Part } from './part.ts';
import { steadyPort } from './steady-port.ts';

export interface Servers {
  readonly postgres: Part;
  readonly redis: Part;
  readonly redisUrl: string;
  /** Of the database server. */
  readonly postgresUrl: string;
  readonly databaseUrl: string;
}

const databaseName = 'sinch_callbacks';

/** A Redis and a Postgres that keep what they have answered through any kill. */
export async function openServers({ directory, open, logOf }: Ground): Promise<Servers> {
  const postgresLauncher = launchPostgres({
    directory: join(directory, 'postgres'),
    port: await steadyPort(),
    log: logOf('postgres'),
  });
  const postgres = open('postgres', postgresLauncher.launch);
  await postgres.start();
  const redisLauncher = launchRedis({
    directory: join(directory, 'redis'),
    port: await steadyPort(),
    log: logOf('redis'),
  });
  const redis = open('redis', redisLauncher.launch);
  await redis.start();
  const postgresUrl = postgresLauncher.url();
  const databaseUrl = await ensureDatabase(postgresUrl, databaseName);
  return { postgres, redis, redisUrl: redisLauncher.url, postgresUrl, databaseUrl };
}
