import { Redis } from 'ioredis';
import pg from 'pg';
import { getContainerRuntimeClient, ImageName } from 'testcontainers';
import { describe, expect, onTestFinished, test } from 'vitest';
import { startPostgresContainer, startRedisContainer } from '../src/servers/index.ts';

const redisImage = process.env['TEST_REDIS_IMAGE'] ?? 'redis:7-alpine';
const postgresImage = process.env['TEST_POSTGRES_IMAGE'] ?? 'postgres:18-alpine';
const startTimeoutMs = 150_000;

describe('servers in containers', () => {
  test(
    'Redis comes up with a password, append-only file on, eviction off',
    async (context) => {
      const obstacle = await findObstacle(redisImage);
      if (obstacle) return context.skip(obstacle);

      const server = await startRedisContainer(redisImage);
      onTestFinished(() => server.close());
      const redis = new Redis(server.url);
      onTestFinished(() => redis.disconnect());

      expect(await redis.config('GET', 'maxmemory-policy')).toContain('noeviction');
      expect(await redis.config('GET', 'appendonly')).toContain('yes');
    },
    startTimeoutMs,
  );

  test(
    'Postgres comes up with a password',
    async (context) => {
      const obstacle = await findObstacle(postgresImage);
      if (obstacle) return context.skip(obstacle);

      const server = await startPostgresContainer(postgresImage);
      onTestFinished(() => server.close());
      const client = new pg.Client({ connectionString: server.url });
      await client.connect();
      onTestFinished(() => client.end());

      expect((await client.query<{ one: number }>('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
    },
    startTimeoutMs,
  );

  test(
    'are published on loopback only',
    async (context) => {
      const obstacle = await findObstacle(redisImage);
      if (obstacle) return context.skip(obstacle);
      const server = await startRedisContainer(redisImage);
      onTestFinished(() => server.close());
      const client = await getContainerRuntimeClient();

      const port = Number(new URL(server.url).port);
      const published = (await client.container.list()).flatMap(({ Ports }) => Ports);

      expect(published.filter(({ PublicPort }) => PublicPort === port)).toMatchObject([
        { IP: '127.0.0.1' },
      ]);
    },
    startTimeoutMs,
  );
});

/** Returns the reason why the image cannot run on this machine, for the skipped test. */
async function findObstacle(image: string): Promise<string | undefined> {
  try {
    const client = await getContainerRuntimeClient();
    await client.image.pull(ImageName.fromString(image));
    return undefined;
  } catch (error) {
    return `no container of ${image}: ${error instanceof Error ? error.message : String(error)}`;
  }
}
