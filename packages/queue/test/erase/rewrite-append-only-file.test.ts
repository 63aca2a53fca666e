import { freePort } from '@sinch-callbacks/dev-env/processes';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import {
  rewriteAppendOnlyFile,
  rewriteOnReplica,
} from '../../src/erase/rewrite-append-only-file.ts';
import { useOwnRedis } from './erase-fixture.ts';

const withinMs = 60_000;
const server = useOwnRedis();
let redis: Redis;

beforeAll(() => {
  redis = new Redis(server().url);
});
afterAll(() => redis.disconnect());

beforeEach(async () => {
  await redis.config('SET', 'rdb-key-save-delay', '0');
  await redis.config('SET', 'appendonly', 'yes');
  expect(await rewrite(withinMs)).toEqual({ kind: 'rewritten' });
});

async function rewrite(limitMs: number, url = server().url) {
  return await rewriteAppendOnlyFile({ kind: 'redis', url }, limitMs);
}

/** Makes each save take a while: a pause for each key, in microseconds. */
async function saveSlowly(): Promise<void> {
  for (let n = 0; n < 100; n += 1) await redis.set(`key ${n}`, n);
  await redis.config('SET', 'rdb-key-save-delay', '20000');
}

async function countRewrites(): Promise<number> {
  return Number(/aof_rewrites:(\d+)/.exec(await redis.info('persistence'))?.[1]);
}

it('while a snapshot is being saved, it waits for that and then for the rewrite', async () => {
  await saveSlowly();
  const before = await countRewrites();
  await redis.bgsave();
  expect(await rewrite(0)).toEqual({ kind: 'unfinished' });
  await redis.config('SET', 'rdb-key-save-delay', '0');
  expect(await rewrite(withinMs)).toEqual({ kind: 'rewritten' });
  expect(await countRewrites()).toBeGreaterThan(before);
});

it('a rewrite that was in progress does not count, because it began before', async () => {
  await saveSlowly();
  const before = await countRewrites();
  await redis.bgrewriteaof();
  expect(await rewrite(0)).toEqual({ kind: 'not-begun' });
  await redis.config('SET', 'rdb-key-save-delay', '0');
  expect(await rewrite(withinMs)).toEqual({ kind: 'rewritten' });
  expect(await countRewrites()).toBe(before + 2);
});

it('where Redis writes no append-only file, it says so and asks for nothing', async () => {
  await redis.config('SET', 'appendonly', 'no');
  const before = await countRewrites();
  expect(await rewrite(withinMs)).toEqual({ kind: 'off' });
  expect(await countRewrites()).toBe(before);
});

it('where Redis refuses the command, as a managed one does, it says so', async () => {
  await redis.call('ACL', 'SETUSER', 'tenant', 'on', '>secret', '~*', '+@all', '-bgrewriteaof');
  const url = new URL(server().url);
  url.username = 'tenant';
  url.password = 'secret';
  const reason = expect.stringContaining('bgrewriteaof');
  expect(await rewrite(withinMs, url.href)).toEqual({ kind: 'refused', reason });
});

it('a replica that does not answer is named, and ends nothing', async () => {
  const replica = new Redis(await freePort(), { maxRetriesPerRequest: 0, lazyConnect: true });
  replica.on('error', () => undefined);
  const reason = expect.stringContaining('a replica: ');
  expect(await rewriteOnReplica(replica, 0)).toEqual({ kind: 'failed', reason });
  replica.disconnect();
});

it('a queue in Postgres has no such file', async () => {
  const backend = { kind: 'postgres', url: 'postgres://nothing.invalid' } as const;
  expect(await rewriteAppendOnlyFile(backend, withinMs)).toEqual({ kind: 'no-redis' });
});
