import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import { type StartedProcess, until } from '@sinch-callbacks/dev-env/processes';
import { createDatabase, queryRows, type TestDatabase } from '@sinch-callbacks/dev-env/servers';
import { programs } from '@sinch-callbacks/dev-env/stack';
import type {} from '@sinch-callbacks/dev-env/vitest';
import { createSender } from '@sinch-callbacks/simulator';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { migrate, startIngest, startWorker, type Variables } from './apps.ts';

const count = 60;
const started: StartedProcess[] = [];
let database: TestDatabase;
let servers: Variables;

beforeAll(async () => {
  database = await createDatabase(inject('postgresUrl'));
  servers = {
    DATABASE_URL: database.url,
    REDIS_URL: inject('redisUrl'),
    QUEUE_PREFIX: `wrong-${randomUUID().slice(0, 8)}`,
  };
  await migrate(servers);
});

afterAll(async () => {
  await Promise.all(started.map((one) => one.stop()));
  await database.drop();
});

it('a wrong secret loses nothing: every callback is applied once after a recheck', async () => {
  const url = await ingestWith('mistyped');
  const sender = createSender({ url, secret: 'right' });
  for (let n = 0; n < count; n += 1) expect((await sender.send(report(n))).status).toBe(401);
  expect((await createSender({ url, secret: 'forged' }).send(report(count))).status).toBe(401);

  expect(await recheck('new,right')).toEqual({ queued: count, 'still-rejected': 1 });
  expect(await recheck('new,right')).toEqual({ 'still-rejected': 1 });

  // Sinch sends one of them again, to an ingest with the right secret.
  const corrected = await ingestWith('right');
  expect((await createSender({ url: corrected, secret: 'right' }).send(report(0))).status).toBe(
    200,
  );

  started.push(await startWorker(servers));
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

async function recheck(secrets: string): Promise<unknown> {
  const args = [programs.cli, '--no-stack', 'rejected', 'recheck', '--json'];
  const options = { env: { ...servers, SINCH_WEBHOOK_SECRET: secrets }, timeout: 60_000 };
  const { stdout } = await promisify(execFile)(process.execPath, args, options);
  return (JSON.parse(stdout) as { counts: unknown }).counts;
}

async function ingestWith(secret: string): Promise<string> {
  const ingest = await startIngest({ ...servers, SINCH_WEBHOOK_SECRET: secret });
  started.push(ingest);
  return ingest.webhookUrl;
}
