import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { promisify } from 'node:util';
import {
  freePort,
  type StartedProcess,
  startProcess,
  until,
} from '@sinch-callbacks/dev-env/processes';
import { createDatabase, queryRows, type TestDatabase } from '@sinch-callbacks/dev-env/servers';
import type {} from '@sinch-callbacks/dev-env/vitest';
import { createSender } from '@sinch-callbacks/simulator';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { root } from './readme-command.ts';

const count = 60;
const started: StartedProcess[] = [];
let database: TestDatabase;
let servers: Readonly<Record<string, string>>;

beforeAll(async () => {
  database = await createDatabase(inject('postgresUrl'));
  servers = {
    DATABASE_URL: database.url,
    REDIS_URL: inject('redisUrl'),
    QUEUE_PREFIX: `wrong-${randomUUID().slice(0, 8)}`,
  };
  await run('apps/worker/src/migrate.ts');
});

afterAll(async () => {
  await Promise.all(started.map((one) => one.stop()));
  await database.drop();
});

it('an afternoon with a wrong secret loses nothing: every callback is applied after a recheck, once', async () => {
  const url = await startIngest({ SINCH_WEBHOOK_SECRET: 'mistyped' });
  const sender = createSender({ url, secret: 'right' });
  for (let n = 0; n < count; n += 1) expect((await sender.send(report(n))).status).toBe(401);
  expect((await createSender({ url, secret: 'forged' }).send(report(count))).status).toBe(401);

  const recheck = async () => {
    const args = ['--no-stack', 'rejected', 'recheck', '--json'];
    const out = await run('apps/cli/src/main.ts', args, { SINCH_WEBHOOK_SECRET: 'new,right' });
    return (JSON.parse(out) as { counts: unknown }).counts;
  };
  expect(await recheck()).toEqual({ queued: count, 'still-rejected': 1 });
  expect(await recheck()).toEqual({ 'still-rejected': 1 });

  // Sinch sends one of them again, to an ingest that is right by now.
  const mended = await startIngest({ SINCH_WEBHOOK_SECRET: 'right' });
  expect((await createSender({ url: mended, secret: 'right' }).send(report(0))).status).toBe(200);

  await startWorker();
  const applied = async () =>
    await queryRows<{ n: number }>(database.url, 'SELECT count(*)::int AS n FROM message_status');
  await until(async () => (await applied())[0]?.n === count, {
    what: 'every callback to be applied',
    timeoutMs: 30_000,
  });
  const events = await queryRows<{ n: number }>(
    database.url,
    `SELECT count(*)::int AS n FROM callback_event WHERE state = 'APPLIED'`,
  );
  expect(events).toEqual([{ n: count }]);
});

function report(n: number): string {
  const message_delivery_report = { message_id: `01WRONG${n}`, status: 'DELIVERED' };
  return JSON.stringify({ app_id: 'A', message_delivery_report });
}

async function run(
  file: string,
  args: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  const words = [path.join(root, file), ...args];
  const options = { env: { ...servers, ...env }, timeout: 60_000 };
  return (await promisify(execFile)(process.execPath, words, options)).stdout;
}

async function startIngest(env: Readonly<Record<string, string>>): Promise<string> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}/api/sinch/webhook`;
  started.push(
    await startProcess({
      name: 'ingest',
      command: process.execPath,
      args: [path.join(root, 'apps/ingest/.next/standalone/apps/ingest/server.js')],
      env: { ...servers, ...env, HOSTNAME: '127.0.0.1', PORT: String(port) },
      readyWhen: { kind: 'http', url, status: 405 },
    }),
  );
  return url;
}

async function startWorker(): Promise<void> {
  const port = await freePort();
  started.push(
    await startProcess({
      name: 'worker',
      command: process.execPath,
      args: [path.join(root, 'apps/worker/src/main.ts')],
      env: { ...servers, ADMIN_PORT: String(port) },
      readyWhen: { kind: 'http', url: `http://127.0.0.1:${port}/healthz` },
      stopTimeoutMs: 30_000,
    }),
  );
}
