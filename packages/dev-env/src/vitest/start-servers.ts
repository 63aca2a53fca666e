import type { TestProject } from 'vitest/node';
import { startPostgres } from '../servers/postgres/start-postgres.ts';
import { startRedis } from '../servers/redis/start-redis.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** A Postgres server; each test file creates its own database on it. */
    postgresUrl: string;
    /** A database on it at the newest migration, to be copied; no test connects to it. */
    migratedDatabase: string;
    /** A Redis; each test file uses its own prefix. */
    redisUrl: string;
  }
}

/**
 * Starts one real Postgres and one real Redis for a whole run of tests, which `inject` their
 * addresses.
 * @throws when one of them cannot be started; the message has advice.
 */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const [postgres, redis] = await Promise.all([startPostgres(), startRedis()]);
  if (redis.kind === 'unavailable') {
    await postgres.close();
    throw new Error(redis.message);
  }
  project.provide('postgresUrl', postgres.url);
  project.provide('redisUrl', redis.url);
  return async () => {
    await Promise.all([postgres.close(), redis.close()]);
  };
}
