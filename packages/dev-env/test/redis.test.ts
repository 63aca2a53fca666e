import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { freePort } from '../src/processes/index.ts';
import { type RedisOptions, type RedisServer, startRedis } from '../src/servers/index.ts';

const sources = ['binary', 'debian'] as const;

describe('startRedis', () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await start();
  }, 180_000);
  afterAll(() => server.close());

  test('keeps what a queue cannot lose: append-only file on, eviction off', async () => {
    const redis = connect(server.url);

    expect(await redis.config('GET', 'appendonly')).toEqual(['appendonly', 'yes']);
    expect(await redis.config('GET', 'maxmemory-policy')).toEqual([
      'maxmemory-policy',
      'noeviction',
    ]);
    expect(await redis.config('GET', 'bind')).toEqual(['bind', '127.0.0.1']);
  });

  test('refuses a connection without its password', async () => {
    const redis = connect(server.url.replace(/:[^:@]+@/, ''));

    await expect(redis.get('anything')).rejects.toThrow(/NOAUTH/);
  });

  test('takes another port when the one it is asked for is taken', async () => {
    const port = Number(new URL(server.url).port);

    const other = await start({ port });
    onTestFinished(() => other.close());

    expect(new URL(other.url).port).not.toBe(String(port));
    await expect(connect(other.url).ping()).resolves.toBe('PONG');
  });

  test('one given by its address is used as it is and left running', async () => {
    const given = await startRedis({ env: { TEST_REDIS_URL: server.url } });
    if (given.kind === 'unavailable') throw new Error(given.message);
    await given.close();

    expect(given).toMatchObject({ kind: 'given', url: server.url });
    await expect(connect(server.url).ping()).resolves.toBe('PONG');
  });
});

test('kept data is there in the next run, also after a kill', async () => {
  const dataDir = join(await temporaryDirectory(), 'redis');
  const first = await start({ dataDir });
  await connect(first.url).set('kept', 'yes');
  const pid = Number(await readFile(join(dataDir, 'redis.pid'), 'utf8'));
  expect((await stat(join(dataDir, 'redis.conf'))).mode & 0o777).toBe(0o600);

  // The first server is still up, as after a killed run: two on one file would ruin it.
  const second = await start({ dataDir });
  onTestFinished(() => second.close());

  await expect(connect(second.url).get('kept')).resolves.toBe('yes');
  await expect(first.ended).resolves.toContain('bye bye');
  expect(Number(await readFile(join(dataDir, 'redis.pid'), 'utf8'))).not.toBe(pid);
});

describe('without a Redis', () => {
  test('a given one that does not answer is an error without its password', async () => {
    const env = { TEST_REDIS_URL: `redis://:hidden@127.0.0.1:${await freePort()}` };

    const starting = startRedis({ env });

    await expect(starting).rejects.toThrow('The Redis of TEST_REDIS_URL does not answer.');
    await expect(starting).rejects.not.toThrow(/hidden/);
  });

  test('the message lists the sources and gives advice', async () => {
    const answer = await startRedis({
      env: { PATH: '/nowhere' },
      sources: ['given', 'binary', 'debian'],
    });

    expect(answer).toMatchObject({
      kind: 'unavailable',
      reasons: [
        'TEST_REDIS_URL: not set',
        'PATH: neither redis-server nor valkey-server',
        "Debian's packages: no apt-get: not Debian or Ubuntu",
      ],
      message: expect.stringContaining('Install redis-server or valkey-server'),
    });
  });

  test('a program that does not start is a reason, not an error', async () => {
    const folder = await temporaryDirectory();
    await writeFile(join(folder, 'redis-server'), '#!/bin/sh\necho broken; exit 1\n', {
      mode: 0o755,
    });

    const answer = await startRedis({ env: { PATH: folder }, sources: ['binary'] });

    expect(answer).toMatchObject({ kind: 'unavailable' });
    expect(answer.kind === 'unavailable' && answer.reasons[0]).toMatch(/exit code 1.*broken/s);
  });
});

/** Starts a private server; its program depends on the machine. */
async function start(options: RedisOptions = {}): Promise<RedisServer> {
  const server = await startRedis({ sources, ...options });
  if (server.kind === 'unavailable') throw new Error(server.message);
  return server;
}

function connect(url: string): Redis {
  const redis = new Redis(url, { maxRetriesPerRequest: 1 });
  redis.on('error', () => undefined);
  onTestFinished(() => redis.disconnect());
  return redis;
}

async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'sinch-callbacks-test-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}
