import { setTimeout as sleep } from 'node:timers/promises';
import { type StartedProcess, until } from '@sinch-callbacks/dev-env/processes';
import {
  createDatabase,
  type FaultyRedis,
  openFaultProxy,
  queryRows,
  redisFaults,
  startFaultyRedis,
  type TestDatabase,
} from '@sinch-callbacks/dev-env/servers';
import type {} from '@sinch-callbacks/dev-env/vitest';
import { createSender, type SenderAnswer } from '@sinch-callbacks/simulator';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import {
  migrate,
  type RunningIngest,
  type RunningWorker,
  startIngest,
  startWorker,
  type Variables,
} from './apps.ts';

const secret = 'current-secret';
/** Ingest itself takes at most 5.5 s; the rest is for a busy machine. */
const boundMs = 10_000;
const soon = (what: string) => ({ what, timeoutMs: 40_000, intervalMs: 50 });

const started: StartedProcess[] = [];
let redis: FaultyRedis;
let database: TestDatabase;
let withFallback: RunningIngest;
let withoutFallback: RunningIngest;
let worker: RunningWorker;
let number = 0;

beforeAll(async () => {
  [redis, database] = await Promise.all([
    startFaultyRedis(),
    createDatabase(inject('postgresUrl')),
  ]);
  const variables = { DATABASE_URL: database.url, REDIS_URL: redis.url };
  await migrate(variables);
  [withFallback, withoutFallback] = await Promise.all([
    ingest(variables),
    ingest({ REDIS_URL: redis.url }),
  ]);
  worker = await startWorker({ ...variables, LOG_LEVEL: 'error' });
  started.push(worker);
}, 120_000);

afterEach(async () => {
  await redis.repair();
});

afterAll(async () => {
  await Promise.all(started.map((one) => one.stop()));
  await Promise.all([redis?.close(), database?.drop()]);
});

async function ingest(variables: Variables): Promise<RunningIngest> {
  const running = await startIngest({ SINCH_WEBHOOK_SECRET: secret, ...variables });
  started.push(running);
  return running;
}

/** Sends the report of a new message. */
async function send({ webhookUrl }: RunningIngest) {
  number += 1;
  const id = `01FAULTY${number}`;
  const body = { app_id: 'A', message_delivery_report: { message_id: id, status: 'DELIVERED' } };
  const startedAt = performance.now();
  const answer = await createSender({ url: webhookUrl, secret }).send(body);
  expect(performance.now() - startedAt).toBeLessThan(boundMs);
  return { id, answer };
}

/** Reads the status of the health check for load balancers. */
async function health({ webhookUrl }: RunningIngest): Promise<number> {
  return (await fetch(new URL('/api/health', webhookUrl))).status;
}

async function isApplied(id: string): Promise<boolean> {
  const sql = 'SELECT FROM message_status WHERE sinch_message_id = $1';
  return (await queryRows(database.url, sql, [id])).length === 1;
}

function expectUnavailable(answer: SenderAnswer): void {
  expect(answer.status).toBe(503);
  expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
}

describe.each(redisFaults)('while Redis is %s', (fault) => {
  it('callbacks get 200 with a fallback and are applied meanwhile, 503 without one, and 200 afterwards', async () => {
    for (const one of [withFallback, withoutFallback]) {
      expect((await send(one)).answer.status).toBe(200);
    }
    await redis.applyFault(fault);
    const kept = [];
    for (let n = 0; n < 5; n += 1) kept.push(await send(withFallback));
    expect(kept.map(({ answer }) => answer.status)).toEqual([200, 200, 200, 200, 200]);
    const refused = await Promise.all([send(withoutFallback), send(withoutFallback)]);
    for (const { answer } of refused) expectUnavailable(answer);
    expect(await health(withFallback)).toBe(200);
    expect(await health(withoutFallback)).toBe(503);
    for (const { id } of kept) await until(async () => await isApplied(id), soon(id));

    await redis.repair();
    const { id } = await until(async () => {
      const sent = await send(withoutFallback);
      return sent.answer.status === 200 && sent;
    }, soon('callbacks to be taken again'));
    expect(await health(withoutFallback)).toBe(200);
    await until(async () => await isApplied(id), soon('what came afterwards'));
  }, 120_000);
});

it('a worker exports how much of its memory Redis uses', async () => {
  const read = async () => await (await fetch(`${worker.adminUrl}/metrics`)).text();
  await until(async () => (await read()).includes('\nsinch_redis_used_memory_bytes '), soon('it'));
  expect(await read()).toMatch(/^sinch_redis_max_memory_bytes [1-9]/m);
});

describe('an ingest that was frozen', () => {
  it('answers 200 to the first callback after Redis has closed its idle connection', async () => {
    expect((await send(withoutFallback)).answer.status).toBe(200);
    process.kill(withoutFallback.pid, 'SIGSTOP');
    await redis.command('CONFIG', 'SET', 'timeout', 1);
    const clients = async () => String(await redis.command('CLIENT', 'LIST', 'TYPE', 'normal'));
    const before = (await clients()).split('user=default').length;
    await until(
      async () => (await clients()).split('user=default').length < before,
      soon('the end'),
    );
    await redis.command('CONFIG', 'SET', 'timeout', 0);
    process.kill(withoutFallback.pid, 'SIGCONT');
    expect((await send(withoutFallback)).answer.status).toBe(200);
  });

  it.each(['with', 'without'])(
    'answers 200 to the first callback when its connection died unnoticed, %s a fallback',
    async (fallback) => {
      const proxy = await openFaultProxy(redis.url);
      const variables = { REDIS_URL: proxy.url };
      const running = await ingest(
        fallback === 'with' ? { ...variables, DATABASE_URL: database.url } : variables,
      );
      expect((await send(running)).answer.status).toBe(200);
      process.kill(running.pid, 'SIGSTOP');
      proxy.freeze();
      await proxy.restore();
      // The length of the freeze, not a wait for something.
      await sleep(1_500);
      process.kill(running.pid, 'SIGCONT');
      const { id, answer } = await send(running);
      expect(answer.status).toBe(200);
      await until(async () => await isApplied(id), soon('it to be applied'));
      await running.kill();
      await proxy.close();
    },
  );
});
