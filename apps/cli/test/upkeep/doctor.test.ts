import { noteAppsSeen, noteRetention } from '@sinch-callbacks/db';
import { freePort } from '@sinch-callbacks/dev-env/processes';
import {
  askRedis,
  createDatabase,
  type RedisServer,
  startRedis,
  startRedisCluster,
} from '@sinch-callbacks/dev-env/servers';
import { scheduleText } from '@sinch-callbacks/operations';
import {
  inspectBackend,
  migrateQueue,
  openPartitionedProducer,
  openProducer,
} from '@sinch-callbacks/queue';
import {
  afterAll,
  afterEach,
  beforeAll,
  describe,
  expect,
  inject,
  it,
  onTestFinished,
} from 'vitest';
import type { Check } from '../../src/commands/doctor/check.ts';
import {
  type CliHarness,
  callbacks,
  callbacksHere,
  openCliHarness,
} from '../harness/cli-harness.ts';
import { startHttpServer } from '../harness/http-server.ts';
import { recordLetters, reportOf } from '../harness/letters.ts';

/** The file's own server, since the tests change its settings. */
let redis: RedisServer;
let cli: CliHarness;

beforeAll(async () => {
  const started = await startRedis({ fsync: 'always' });
  if (started.kind === 'unavailable') throw new Error(started.message);
  redis = started;
  cli = await openCliHarness();
  // Also where events go while Redis is down, as a release's migration does.
  const url = cli.env['DATABASE_URL'] ?? '';
  await migrateQueue({ ...cli.location, backend: { kind: 'postgres', url } });
  // A worker with the same variables has run for a while.
  const at = new Date(Date.now() - 60_000);
  const contactDelete = { policy: 'redact', graceDays: 30 } as const;
  const schedule = scheduleText({ tableDays: {}, contactDelete });
  await noteRetention(cli.database, { startedAt: at, finishedAt: at, schedule, removed: {} });
}, 120_000);

afterEach(async () => {
  await askRedis(redis.url, 'CONFIG', 'SET', 'maxmemory-policy', 'noeviction');
  await askRedis(redis.url, 'CONFIG', 'SET', 'appendonly', 'yes');
  await askRedis(redis.url, 'CONFIG', 'SET', 'appendfsync', 'always');
});

afterAll(async () => {
  await cli.close();
  await redis.close();
});

async function examine(changes: Record<string, string> = {}, ...args: string[]) {
  const env = { ...cli.env, REDIS_URL: redis.url, ...changes };
  const ended = await callbacksHere(['doctor', '--json', '--no-stack', ...args], env);
  const { status, checks } = JSON.parse(ended.stdout) as { status: string; checks: Check[] };
  const find = (name: string) => checks.find((check) => check.name === name);
  return { ...ended, status, checks, find };
}

describe('doctor', () => {
  it('finds nothing where all is well, and exits 0', async () => {
    const { code, status, checks } = await examine();
    expect({ code, status }).toEqual({ code: 0, status: 'ok' });
    expect(checks.map(({ name }) => name)).toEqual([
      'webhook secret',
      'Bull Board',
      'queue server',
      'eviction',
      'append-only file',
      'append-only fsync',
      'memory',
      'partitions',
      'queue on Postgres',
      'database',
      'migrations',
      'dead letters',
      'callbacks',
      'retention',
      'erasure',
      'ingest',
      'worker',
      'worker ready',
      'Sinch',
    ]);
  });

  it('reads well, and exits so, in a process of its own', async () => {
    const { code, stdout } = await callbacks(['doctor', '--no-stack'], cli.env);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^✓ webhook secret +2 secrets read, from the environment$/m);
    expect(stdout).toMatch(/^✓ migrations +all applied$/m);
    expect(stdout).toMatch(/^- ingest +not looked at: give --ingest-url$/m);
    expect(stdout).not.toContain('\u001B');
  });

  it.each([
    ['eviction', 'maxmemory-policy', 'allkeys-lru', 'noeviction'],
    ['append-only file', 'appendonly', 'no', 'appendonly yes'],
  ])('finds a wrong %s and says what to do', async (name, setting, value, advice) => {
    await askRedis(redis.url, 'CONFIG', 'SET', setting, value);
    const { code, find } = await examine();
    expect(code).toBe(1);
    expect(find(name)).toMatchObject({
      status: 'failure',
      advice: expect.stringContaining(advice),
    });
  });

  it.each([
    ['everysec', 'warning', 0, 'everysec: a power cut loses up to two seconds'],
    ['no', 'failure', 1, 'no: a power cut loses'],
  ])(
    'finds appendfsync %s, and says what a power cut loses',
    async (value, status, code, message) => {
      await askRedis(redis.url, 'CONFIG', 'SET', 'appendfsync', value);
      const found = await examine();
      expect(found.code).toBe(code);
      expect(found.find('append-only fsync')).toMatchObject({
        status,
        message: expect.stringContaining(message),
        advice: expect.stringContaining('CONFIG SET appendfsync always'),
      });
    },
  );

  it('says that it cannot read the policy where CONFIG is refused, as managed Redis does', async () => {
    const rules = ['on', '>word', '~*', '&*', '+@all', '-config'];
    await askRedis(redis.url, 'ACL', 'SETUSER', 'managed', ...rules);
    const { port } = new URL(redis.url);
    const found = await examine({ REDIS_URL: `redis://managed:word@127.0.0.1:${port}` });
    expect(found.find('append-only fsync')).toMatchObject({
      status: 'warning',
      message: 'unknown: the server refuses CONFIG',
    });
    expect(found.find('append-only file')).toMatchObject({ status: 'ok' });
  });

  it.each([
    [0.8, 'warning', 0],
    [1.5, 'failure', 1],
  ])('finds a Redis that is full to %d, and says what to do', async (share, status, code) => {
    const before = await inspectBackend({ kind: 'redis', url: redis.url });
    if (before.kind !== 'redis') throw new Error(before.kind);
    const maxmemory = String(Math.round(before.memory.usedBytes / share));
    await askRedis(redis.url, 'CONFIG', 'SET', 'maxmemory', maxmemory);
    onTestFinished(async () => void (await askRedis(redis.url, 'CONFIG', 'SET', 'maxmemory', '0')));
    const found = await examine();
    expect(found.code).toBe(code);
    expect(found.find('memory')).toMatchObject({
      status,
      message: expect.stringMatching(/^\d+ % used: /),
      advice: expect.stringContaining('Raise maxmemory'),
    });
  });

  it('finds a database without its tables', async () => {
    const { url, drop } = await createDatabase(inject('postgresUrl'));
    onTestFinished(drop);
    const { code, find } = await examine({ DATABASE_URL: url });
    expect(code).toBe(1);
    expect(find('database')?.status).toBe('ok');
    expect(find('migrations')).toMatchObject({
      status: 'failure',
      message: expect.stringContaining('_init'),
      advice: expect.stringContaining('migrate.ts'),
    });
  });

  it('finds servers that are down, and shows no password', async () => {
    const { code, stdout, stderr, find } = await examine({
      REDIS_URL: 'redis://:hidden@127.0.0.1:9',
      DATABASE_URL: 'postgres://user:hidden@127.0.0.1:9/none',
      SINCH_WEBHOOK_SECRET: 'hidden',
    });
    expect(code).toBe(1);
    expect(find('queue server')).toMatchObject({
      status: 'failure',
      message: expect.stringContaining('redis://127.0.0.1:9 cannot be reached'),
    });
    expect(find('database')).toMatchObject({ status: 'failure' });
    expect(stdout + stderr).not.toContain('hidden');
  });

  it('finds a password that the server refuses, and does not repeat it', async () => {
    const { port } = new URL(redis.url);
    const { find, stdout } = await examine({ REDIS_URL: `redis://:guess@127.0.0.1:${port}` });
    expect(find('queue server')).toMatchObject({ status: 'failure' });
    expect(stdout).not.toContain('guess');
  });

  it('finds malformed and missing variables', async () => {
    const malformed = await examine({ QUEUE_PREFIX: 'no:colons' });
    expect(malformed).toMatchObject({ code: 1, status: 'failure' });
    expect(malformed.find('variables')?.message).toContain('QUEUE_PREFIX must be');
    const missing = await callbacksHere(['doctor', '--json', '--no-stack'], {});
    expect(missing.code).toBe(1);
    expect(missing.stdout).toContain('"DATABASE_URL"');
  });

  it('looks at ingest and worker where they are given', async () => {
    const unwell = new Set(['/readyz']);
    const { url } = await startHttpServer(({ path }) => ({
      status: unwell.has(path) ? 503 : 200,
      body: '{}',
    }));
    const args = ['--ingest-url', `${url}/api/sinch/webhook`, '--admin-url', url];
    const { code, find } = await examine({}, ...args);
    expect(code).toBe(1);
    expect(find('ingest')?.message).toBe(`${url}/api/health is well`);
    expect(find('worker')?.status).toBe('ok');
    expect(find('worker ready')?.status).toBe('failure');
    const unanswered = await examine({}, '--ingest-url', `http://127.0.0.1:${await freePort()}`);
    expect(unanswered.find('ingest')).toMatchObject({
      status: 'failure',
      message: expect.stringContaining('ECONNREFUSED'),
    });
  });

  it('says that the queue lives in Postgres where there is no Redis', async () => {
    const { code, find } = await examine({ REDIS_URL: '' });
    expect(code).toBe(0);
    expect(find('queue server')?.message).toMatch(/^Postgres .* \(no REDIS_URL\)$/);
  });

  it('warns of events in partitions that no worker with this setting reads', async () => {
    const backend = { kind: 'redis', url: redis.url } as const;
    const producer = openPartitionedProducer(8, (partition) =>
      openProducer({ ...cli.location, backend, partition, timeoutMs: 10_000 }),
    );
    for (let n = 0; n < 40; n += 1) await producer.enqueue(reportOf(`01PARTED${n}`));
    await producer.close();
    const lowered = await examine({ QUEUE_PARTITIONS: '4' });
    expect({ code: lowered.code, status: lowered.status }).toEqual({ code: 0, status: 'warning' });
    expect(lowered.find('partitions')).toMatchObject({
      status: 'warning',
      message: expect.stringMatching(/^QUEUE_PARTITIONS is 4 here, and \d+ jobs wait in others: /),
      advice: expect.stringContaining('QUEUE_PARTITIONS=8'),
    });
    const raised = await examine({ QUEUE_PARTITIONS: '8' });
    expect(raised.find('partitions')).toMatchObject({ status: 'ok' });
  });

  it('looks at every master of a cluster, and does not repeat its password', async () => {
    const cluster = await startRedisCluster();
    onTestFinished(async () => await cluster.close());
    const [, , third] = cluster.masters;
    await third?.command('CONFIG', 'SET', 'appendonly', 'no');
    const { code, find, stdout } = await examine({ REDIS_URL: cluster.url });
    expect(code).toBe(1);
    const hosts = cluster.masters.map(({ url }) => `redis://${new URL(url).host}`).join(', ');
    expect(find('queue server')).toMatchObject({
      status: 'ok',
      message: expect.stringContaining(`Cluster of 3 masters at ${hosts}`),
    });
    expect(find('append-only file')).toMatchObject({ status: 'failure' });
    await third?.kill();
    const down = await examine({ REDIS_URL: cluster.url });
    expect(down.find('queue server')).toMatchObject({ status: 'failure' });
    const password = new URL(cluster.masters[0]?.url ?? '').password;
    expect(stdout + down.stdout).not.toContain(password);
  });

  it('warns of open dead letters', async () => {
    await recordLetters(cli, [reportOf('01DEAD')]);
    const { code, status, find } = await examine();
    expect({ code, status }).toEqual({ code: 0, status: 'warning' });
    expect(find('dead letters')?.message).toBe('1 open');
  });

  it('says when the last callback of each app came', async () => {
    const lastCallbackAt = new Date('2026-01-02T03:04:05Z');
    await noteAppsSeen(cli.database, [{ appId: '01APP', lastCallbackAt }]);
    const earlier = new Date('2026-01-01T00:00:00Z');
    await noteAppsSeen(cli.database, [{ appId: '01APP', lastCallbackAt: earlier }]);
    expect((await examine()).find('callbacks')?.message).toBe(
      'the last by app: 01APP 2026-01-02 03:04:05Z',
    );
  });
});
