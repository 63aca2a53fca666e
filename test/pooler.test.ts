import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { Writable } from 'node:stream';
import { type StartedProcess, until } from '@sinch-callbacks/dev-env/processes';
import {
  createDatabase,
  type FaultProxy,
  openFaultProxy,
  type PgBouncer,
  queryRows,
  startPgBouncer,
  type TestDatabase,
} from '@sinch-callbacks/dev-env/servers';
import { programs } from '@sinch-callbacks/dev-env/stack';
import type {} from '@sinch-callbacks/dev-env/vitest';
import { createSender } from '@sinch-callbacks/simulator';
import { afterAll, beforeAll, beforeEach, expect, inject, it } from 'vitest';
import { startListener, startWorker, type Variables } from './apps.ts';

const secret = 'current-secret';
const soon = (what: string) => ({ what, timeoutMs: 40_000, intervalMs: 50 });
const complaint = 'the queue on Postgres cannot be used';

const started: StartedProcess[] = [];
let bouncer: PgBouncer | undefined;
let whyNone = '';
let database: TestDatabase;
let redis: FaultProxy;
/** The variables of an operator who has added a pooler and nothing else. */
let pooled: Variables;

beforeAll(async () => {
  database = await createDatabase(inject('postgresUrl'));
  redis = await openFaultProxy(inject('redisUrl'));
  const opened = await startPgBouncer(inject('postgresUrl'));
  if (opened.kind === 'unavailable') {
    whyNone = `no PgBouncer: ${opened.reason}`;
    return;
  }
  bouncer = opened;
  pooled = {
    DATABASE_URL: bouncer.poolerUrl(database.url),
    REDIS_URL: redis.url,
    QUEUE_PREFIX: `pool-${randomUUID().slice(0, 8)}`,
    SINCH_WEBHOOK_SECRET: secret,
  };
  const { code, stderr } = await run(programs.migrate, [], direct());
  if (code !== 0) throw new Error(stderr);
}, 300_000);

afterAll(async () => {
  await Promise.all(started.map((one) => one.stop()));
  await bouncer?.close();
  await redis.close();
  await database.drop();
});

beforeEach((context) => {
  if (bouncer === undefined) context.skip(whyNone);
});

it('behind a pooler with DIRECT_URL, all events are applied, also those from an outage of Redis', async () => {
  const [worker, ingest] = [keepLines(), keepLines()];
  await openWorker(direct(), worker.log);
  const webhookUrl = await openIngest(direct(), ingest.log);
  const sender = createSender({ url: webhookUrl, secret });
  const send = async (id: string) => (await sender.send(report(id))).status;
  for (let n = 0; n < 20; n += 1) expect(await send(`01BEFORE${n}`)).toBe(200);
  await until(async () => (await countApplied()) === 20, soon('all to be applied'));
  await redis.cut();
  for (let n = 0; n < 20; n += 1) expect(await send(`01DURING${n}`)).toBe(200);
  await until(async () => (await countApplied()) === 40, soon('all to be applied'));
  await redis.restore();
  const attempts = await queryRows(database.url, 'SELECT DISTINCT attempts FROM callback_event');
  expect(attempts).toEqual([{ attempts: 1 }]);
  expect(worker.text() + ingest.text()).not.toContain(complaint);
  const { checks } = await doctor(direct());
  expect(checks.find(({ name }) => name === 'queue on Postgres')).toMatchObject({ status: 'ok' });
}, 180_000);

it('without DIRECT_URL, ingest and worker log that the fallback cannot work, and doctor fails', async () => {
  const [worker, ingest] = [keepLines(), keepLines()];
  await Promise.all([openWorker(pooled, worker.log), openIngest(pooled, ingest.log)]);
  for (const { text } of [worker, ingest]) {
    await until(() => text().includes(complaint), soon('a line about it'));
    const line =
      text()
        .split('\n')
        .find((one) => one.includes(complaint)) ?? '';
    expect(JSON.parse(line)).toMatchObject({
      level: 'error',
      queue: 'fallback',
      reason: expect.stringContaining('08P01'),
      advice: expect.stringContaining('DIRECT_URL'),
    });
  }
  const { code, checks } = await doctor(pooled);
  expect(code).toBe(1);
  expect(checks.filter(({ status }) => status === 'failure')).toMatchObject([
    { name: 'queue on Postgres', advice: expect.stringContaining('DIRECT_URL') },
  ]);
}, 180_000);

function direct(): Variables {
  return { ...pooled, DIRECT_URL: database.url };
}

async function countApplied(): Promise<number> {
  const sql = "SELECT count(*)::int AS n FROM callback_event WHERE state = 'APPLIED'";
  return (await queryRows<{ n: number }>(database.url, sql))[0]?.n ?? 0;
}

const report = (id: string) => ({
  app_id: '01APP',
  message_delivery_report: { message_id: id, status: 'DELIVERED' },
});

async function openIngest(variables: Variables, log: Writable): Promise<string> {
  const ingest = await startListener(variables, log);
  started.push(ingest);
  return ingest.webhookUrl;
}

async function openWorker(variables: Variables, log: Writable): Promise<void> {
  started.push(await startWorker(variables, log));
}

interface Check {
  readonly name: string;
  readonly status: string;
  readonly advice?: string;
}

async function doctor(env: Variables): Promise<{ code: number; checks: readonly Check[] }> {
  const args = ['--no-stack', 'doctor', '--json'];
  const { code, stdout } = await run(programs.cli, args, env);
  return { code, checks: (JSON.parse(stdout) as { checks: Check[] }).checks };
}

async function run(
  program: string,
  args: readonly string[],
  env: Variables,
): Promise<{ code: number; stdout: string; stderr: string }> {
  return await new Promise((resolve) => {
    const options = { env, timeout: 60_000 };
    execFile(process.execPath, [program, ...args], options, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code ?? 1), stdout, stderr });
    });
  });
}

function keepLines(): { readonly log: Writable; readonly text: () => string } {
  let text = '';
  const log = new Writable({
    write(chunk, _, done) {
      text += String(chunk);
      done();
    },
  });
  return { log, text: () => text };
}
