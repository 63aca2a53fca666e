import path from 'node:path';
import { type Database, openDatabase } from '@sinch-callbacks/db';
import {
  freePort,
  type StartedProcess,
  startProcess,
  until,
} from '@sinch-callbacks/dev-env/processes';
import { createDatabase } from '@sinch-callbacks/dev-env/servers';
import type {} from '@sinch-callbacks/dev-env/vitest';
import { findMessages, type OutboundMessage, sendMessage } from '@sinch-callbacks/outbound';
import {
  type SinchApi as LocalApi,
  sinchVariablesOf,
  startSinchApi,
} from '@sinch-callbacks/simulator/api';
import { afterEach, beforeEach, expect, inject, it } from 'vitest';

let database: Database;
let databaseUrl: string;
let drop: () => Promise<void>;
let local: LocalApi;
let started: StartedProcess[] = [];

beforeEach(async () => {
  const created = await createDatabase(inject('postgresUrl'), undefined, {
    template: inject('migratedDatabase'),
  });
  ({ url: databaseUrl, drop } = created);
  database = openDatabase({ url: databaseUrl });
  local = await startSinchApi();
});

afterEach(async () => {
  await Promise.all(started.map(async (process) => await process.stop()));
  started = [];
  await local.close();
  await database.close();
  await drop();
});

it('sends what is queued, serves its health and its counts, and stops at once', async () => {
  const { url, process } = await startSender();
  const message = await queue('hello');
  const sent = await until(async () => await findSent(message.id), { what: 'it to be sent' });
  expect(local.truth().phones['SMS:15551234567']).toMatchObject([
    { messageId: sent.sinchMessageId, text: 'hello' },
  ]);
  const pages = ['healthz', 'readyz', 'metrics', 'other'];
  const [healthz, readyz, metrics, other] = await Promise.all(
    pages.map(async (page) => await fetch(`${url}/${page}`)),
  );
  expect([healthz?.status, readyz?.status, other?.status]).toEqual([200, 200, 404]);
  const text = await metrics?.text();
  expect(text).toContain('sinch_outbound_total{state="SENT"} 1');
  expect(text).toContain('sinch_outbound_total{state="UNCERTAIN"} 0');
  expect(text).toContain('sinch_api_requests_total{operation="messages.send",status="200"} 1');
  const stoppedAt = performance.now();
  expect(await process.stop()).toEqual({ code: 0, signal: null });
  expect(performance.now() - stoppedAt).toBeLessThan(5_000);
  expect(process.lastLines()).not.toContain('5551234567');
});

it('is not ready, and sends nothing, while its region, app or key is wrong', async () => {
  const { url, process } = await startSender({ SINCH_APP_ID: 'another app' }, 'healthz');
  await until(async () => (await fetch(`${url}/readyz`)).status === 503, { what: 'it to say so' });
  expect(await (await fetch(`${url}/readyz`)).json()).toMatchObject({ waitingFor: ['app'] });
  await until(() => process.lastLines().includes('SINCH_REGION'), { what: 'the reason' });
});

it('its counts need the token where other machines can reach it', async () => {
  const token = 'a-token-of-twenty-letters';
  const { url } = await startSender({ SENDER_METRICS_TOKEN: token });
  const headers = { authorization: `Bearer ${token}` };
  const answers = [await fetch(`${url}/metrics`), await fetch(`${url}/metrics`, { headers })];
  expect(answers.map(({ status }) => status)).toEqual([401, 200]);
});

it('a start without settings ends with one line that names them', async () => {
  const start = startSender({ SINCH_REGION: '', DATABASE_URL: '' });
  await expect(start).rejects.toThrow(/DATABASE_URL[\s\S]*SINCH_REGION/);
});

async function queue(text: string): Promise<OutboundMessage> {
  const appId = local.projects[0]?.appIds[0] ?? '';
  const given = { key: text, appId, to: 'SMS:+15551234567', message: text } as const;
  const outcome = await sendMessage(database, given);
  if (outcome.kind !== 'queued') throw new Error(outcome.kind);
  return outcome.message;
}

async function findSent(id: string): Promise<OutboundMessage | undefined> {
  return (await findMessages(database, id)).find(({ state }) => state === 'SENT');
}

async function startSender(env: NodeJS.ProcessEnv = {}, readyPage = 'readyz') {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const process_ = await startProcess({
    name: 'sender',
    command: process.execPath,
    args: [path.join(import.meta.dirname, '../src/main.ts')],
    readyWhen: { kind: 'http', url: `${url}/${readyPage}` },
    stopTimeoutMs: 25_000,
    env: {
      PATH: process.env['PATH'],
      DATABASE_URL: databaseUrl,
      SENDER_PORT: String(port),
      ...sinchVariablesOf(local),
      ...env,
    },
  });
  started.push(process_);
  return { url, process: process_ };
}
