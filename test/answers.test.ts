import { randomUUID } from 'node:crypto';
import path from 'node:path';
import {
  freePort,
  type StartedProcess,
  startProcess,
  until,
} from '@sinch-callbacks/dev-env/processes';
import { createDatabase, queryRows } from '@sinch-callbacks/dev-env/servers';
import {
  type AppVariables,
  handlersProcessOf,
  programs,
  readSinchVariables,
  registerWebhook,
  type SinchVariables,
  senderProcess,
  sinchApiProcess,
} from '@sinch-callbacks/dev-env/stack';
import type {} from '@sinch-callbacks/dev-env/vitest';
import { createSender, sample } from '@sinch-callbacks/simulator';
import type { SinchTruth } from '@sinch-callbacks/simulator/api';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { migrate, startListener, startWorker } from './apps.ts';
import { runCommand } from './running-stack.ts';

const webhookSecret = 'a-secret-of-this-test';
const started: StartedProcess[] = [];
let drop: () => Promise<void>;
let webhookUrl: string;
let apiUrl: string;
let sinch: SinchVariables;
let databaseUrl: string;

beforeAll(async () => {
  ({ url: databaseUrl, drop } = await createDatabase(inject('postgresUrl')));
  const redisUrl = inject('redisUrl');
  const env = {
    DATABASE_URL: databaseUrl,
    REDIS_URL: redisUrl,
    QUEUE_PREFIX: `answers-${randomUUID().slice(0, 8)}`,
    SINCH_WEBHOOK_SECRET: webhookSecret,
  };
  const variables: AppVariables = { databaseUrl, redisUrl, webhookSecret };
  await migrate(env);
  const listener = keep(await startListener(env));
  ({ webhookUrl } = listener);
  keep(await startWorker(env));
  const code = path.join(programs.root, 'apps/handlers/test/support/answering-handlers.ts');
  keep(await startProcess(handlersProcessOf(variables, await freePort(), code)));
  const api = sinchApiProcess(await freePort(), 'answers');
  sinch = await readSinchVariables(keep(await startProcess(api)));
  apiUrl = api.url;
  await registerWebhook(sinch, webhookUrl, webhookSecret);
  keep(await startProcess(senderProcess(variables, sinch, await freePort())));
}, 120_000);

afterAll(async () => {
  await Promise.all(started.map(async (process) => await process.stop()));
  await drop();
}, 60_000);

it('a person who writes is answered once, however often the callback comes', async () => {
  const registered = "SELECT 1 FROM handler WHERE name = 'thank-you'";
  const isKnown = async () => (await queryRows(databaseUrl, registered)).length === 1;
  await until(isKnown, { what: 'the handler to be registered', timeoutMs: 30_000 });
  const body = JSON.stringify({ ...sample('MESSAGE_INBOUND'), app_id: sinch.SINCH_APP_ID });
  const sender = createSender({ url: webhookUrl, secret: webhookSecret });
  for (let copy = 0; copy < 100; copy += 1) await sender.send(Buffer.from(body + ' '.repeat(copy)));
  const text = 'Thank you, stranger, for the message.';
  const [message] = await until(
    async () => {
      const found = await phones();
      return found.length > 0 && found;
    },
    { what: 'an answer', timeoutMs: 30_000 },
  );
  expect(message).toMatchObject({ text });
  const id = message?.messageId ?? '';
  const delivered = await until(async () => await shown(id, /DELIVERED|READ/), {
    what: 'its report',
    timeoutMs: 60_000,
  });
  expect(delivered).toContain(id);
  expect(await phones()).toHaveLength(1);
  const rows = await queryRows(databaseUrl, 'SELECT state, sinch_message_id FROM outbound');
  expect(rows).toEqual([{ state: 'SENT', sinch_message_id: id }]);
});

function keep<Process extends StartedProcess>(process: Process): Process {
  started.push(process);
  return process;
}

async function phones() {
  const truth = (await (await fetch(`${apiUrl}/_truth`)).json()) as SinchTruth;
  return Object.values(truth.phones).flat();
}

/** Runs `callbacks message`, and returns its output once it says so. */
async function shown(id: string, status: RegExp): Promise<string | undefined> {
  const { stdout } = await runCommand(
    'env',
    `DATABASE_URL=${databaseUrl}`,
    process.execPath,
    programs.cli,
    '--no-stack',
    'message',
    id,
  );
  return status.test(stdout) ? stdout : undefined;
}
