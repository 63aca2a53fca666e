import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { type StartedProcess, until } from '@sinch-callbacks/dev-env/processes';
import {
  createDatabase,
  type FaultyRedis,
  queryRows,
  startFaultyRedis,
  type TestDatabase,
} from '@sinch-callbacks/dev-env/servers';
import { programs } from '@sinch-callbacks/dev-env/stack';
import type {} from '@sinch-callbacks/dev-env/vitest';
import { createSender, type Sender } from '@sinch-callbacks/simulator';
import { afterEach, beforeEach, expect, inject, it } from 'vitest';
import { migrate, startListener, startWorker, type Variables } from './apps.ts';
import { root } from './shown-command.ts';

const secret = 'current-secret';
const soon = (what: string) => ({ what, timeoutMs: 30_000, intervalMs: 50 });
const started: StartedProcess[] = [];
let redis: FaultyRedis;
let database: TestDatabase;
let sent = 0;

beforeEach(async () => {
  sent = 0;
  redis = await startFaultyRedis();
  database = await createDatabase(inject('postgresUrl'));
}, 120_000);

afterEach(async () => {
  await redis.repair();
  await Promise.all(started.splice(0).map((one) => one.stop()));
  await Promise.all([redis.close(), database.drop()]);
});

it.each([1, 3])(
  'with %i partitions each process holds as many connections as docs/scaling.md says',
  async (partitions) => {
    const variables = await prepare(partitions);
    const opened = await openedInAll();
    const command = [programs.cli, 'doctor', '--no-stack'];
    await promisify(execFile)(process.execPath, command, { env: variables });
    const doctor = { redis: (await openedInAll()) - opened };

    const sender = createSender({ url: await openListener(variables), secret });
    await useIngest(sender);
    // On a busy machine, the first callbacks may go to Postgres because Redis is too slow. The
    // connections that they opened are closed again.
    const ingest = await until(async () => {
      const now = await held();
      return now.postgres === documented(partitions)('ingest', 'postgres') && now;
    }, soon('idle connections to Postgres to be closed'));

    // The worker applies what ingest has queued, while the connections of ingest stay.
    started.push(await startWorker(variables));
    const sql = "SELECT FROM callback_event WHERE state = 'APPLIED'";
    const areApplied = async () => (await queryRows(database.url, sql)).length === sent;
    await until(areApplied, soon('every event'));
    const both = await held();
    const worker = {
      redis: both.redis - ingest.redis,
      postgres: both.postgres - ingest.postgres,
    };
    const said = documented(partitions);
    expect({ ingest, worker: { redis: worker.redis }, doctor }).toEqual({
      ingest: { redis: said('ingest', 'redis'), postgres: said('ingest', 'postgres') },
      worker: { redis: said('worker', 'redis') },
      doctor: { redis: said('`callbacks doctor`', 'redis') },
    });
    // Pools grow with the number of concurrent jobs.
    expect(worker.postgres).toBeGreaterThan(0);
    expect(worker.postgres).toBeLessThanOrEqual(said('worker', 'postgres'));
  },
  180_000,
);

it('with Redis down, ingest holds as many connections to Postgres as docs/scaling.md says', async () => {
  const variables = await prepare(3);
  const sender = createSender({ url: await openListener(variables), secret });
  await redis.applyFault('full');
  await useIngest(sender);
  const said = documented(3)('ingest while Redis is down', 'postgres');
  expect((await held()).postgres).toBe(said);
}, 180_000);

async function prepare(partitions: number): Promise<Variables> {
  const variables = {
    DATABASE_URL: database.url,
    REDIS_URL: redis.url,
    QUEUE_PARTITIONS: String(partitions),
  };
  await migrate(variables);
  return variables;
}

/** Sends enough callbacks at once for every partition, and one that is stored as rejected. */
async function useIngest(sender: Sender): Promise<void> {
  const bodies = Array.from({ length: 200 }, () => {
    sent += 1;
    return `{"app_id":"A","message_delivery_report":{"message_id":"M${sent}","status":"READ"}}`;
  });
  const answers = await Promise.all(bodies.map((body) => sender.send(body)));
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  expect((await sender.send('{}', { secret: 'forged' })).status).toBe(401);
}

/** Counts the connections to both servers, without those of this test. */
async function held() {
  const clients = String(await redis.command('CLIENT', 'LIST'))
    .trim()
    .split('\n');
  const sql =
    'SELECT FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()';
  return {
    redis: clients.filter((line) => line.includes('user=default')).length,
    postgres: (await queryRows(database.url, sql)).length,
  };
}

/** Reads the number of all connections that Redis has accepted. */
async function openedInAll(): Promise<number> {
  const stats = String(await redis.command('INFO', 'stats'));
  return Number(/total_connections_received:(\d+)/.exec(stats)?.[1]);
}

async function openListener(variables: Variables): Promise<string> {
  const listener = await startListener({ ...variables, SINCH_WEBHOOK_SECRET: secret });
  started.push(listener);
  return listener.webhookUrl;
}

/** Reads the table in docs/scaling.md for n partitions. @throws when it has no number. */
function documented(n: number) {
  const text = readFileSync(path.join(root, 'docs/scaling.md'), 'utf8');
  return (process: string, server: 'redis' | 'postgres'): number => {
    const row = text.split('\n').find((line) => line.startsWith(`| ${process} |`)) ?? '';
    const [, , toRedis = '', toPostgres = ''] = row.split('|').map((cell) => cell.trim());
    return valueOf(server === 'redis' ? toRedis : toPostgres, n);
  };
}

/** Evaluates `n + 1`, `5n + 6`, `6` or `up to 6`. */
function valueOf(formula: string, n: number): number {
  const found = /^(?:(\d*)n \+ (\d+)|(?:up to )?(\d+))$/.exec(formula);
  if (found === null) throw new Error(`docs/scaling.md has no number: "${formula}"`);
  const [, times, plus, constant] = found;
  return constant === undefined ? Number(times || 1) * n + Number(plus) : Number(constant);
}
