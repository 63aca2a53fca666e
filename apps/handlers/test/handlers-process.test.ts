import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import {
  type CallbackEvent,
  decideEvent,
  encodeRawBody,
  eventKey,
  recognise,
} from '@sinch-callbacks/core';
import { createEventWriter, type Database, openDatabase } from '@sinch-callbacks/db';
import {
  freePort,
  type StartedProcess,
  startProcess,
  until,
} from '@sinch-callbacks/dev-env/processes';
import { createDatabase } from '@sinch-callbacks/dev-env/servers';
import { sized } from '@sinch-callbacks/dev-env/sizes';
import type {} from '@sinch-callbacks/dev-env/vitest';
import { type HandlerView, insertTasks, openHandlerView } from '@sinch-callbacks/handlers';
import { afterEach, beforeEach, expect, inject, it } from 'vitest';

let database: Database;
let url: string;
let drop: () => Promise<void>;
let folder: string;
let view: HandlerView;
let started: StartedProcess[] = [];

beforeEach(async () => {
  const created = await createDatabase(inject('postgresUrl'), undefined, {
    template: inject('migratedDatabase'),
  });
  ({ url, drop } = created);
  database = openDatabase({ url });
  view = openHandlerView(database);
  // In the app, so that its imports resolve.
  folder = await mkdtemp(path.join(import.meta.dirname, 'user-code-'));
  await database.pool.query(
    'CREATE TABLE effect (id bigserial, handler text, key text, text text)',
  );
});

afterEach(async () => {
  await Promise.all(started.map(async (process) => await process.stop()));
  started = [];
  view.stop();
  await database.close();
  await drop();
  await rm(folder, { recursive: true });
});

const effectHandler = (word: string) => `
import { on } from '@sinch-callbacks/handlers';
export const handlers = [
  on('effect', 'MESSAGE_INBOUND', async (event, ctx) => {
    const text = event.body.contact_message?.text_message?.text ?? '';
    if (text === 'block') while (true);
    if (text === 'reject') void Promise.reject(new Error('nothing awaits this'));
    if (text === 'crash') process.kill(process.pid, 'SIGKILL');
    await ctx.commit(async (tx) => {
      await tx.$executeRaw\`INSERT INTO effect (handler, key, text) VALUES ('effect', \${ctx.key}, \${text + '${word}'})\`;
    });
  }),
];
`;

it('runs a handler once for each message, however often and in whatever form it comes', async () => {
  await save(effectHandler(''));
  await startHandlers();
  await isRegistered();
  for (let copy = 0; copy < 100; copy += 1) await receive(inbound('01A', 'hello', copy));
  await receive(inbound('01B', 'world', 0));
  await until(async () => (await effects()).length === 2, soon('both effects'));
  await until(async () => (await open()) === 0, soon('no task to wait'));
  expect(await effects()).toEqual(['hello', 'world']);
}, 120_000);

it('a saved file runs without a restart by hand', async () => {
  await save(effectHandler(' one'));
  await startHandlers({ HANDLERS_RELOAD: 'true' });
  await isRegistered();
  await receive(inbound('01A', 'a', 0));
  await until(async () => (await effects()).length === 1, soon('the effect'));
  await save(effectHandler(' two'));
  await until(async () => {
    await receive(inbound(`01${Math.random()}`, 'b', 0));
    return (await effects()).some((text) => text === 'b two');
  }, soon('the new code'));
}, 120_000);

it('a rejected promise that nothing awaits is logged, and no run ends with it', async () => {
  await save(effectHandler(''));
  const handlers = await startHandlers();
  await isRegistered();
  await receive(inbound('01A', 'reject', 0));
  await receive(inbound('01B', 'hello', 0));
  await until(async () => (await effects()).length === 2, soon('both effects'));
  expect(handlers.lastLines()).toContain('a rejected promise that nothing awaits');
  expect(handlers.lastLines()).not.toContain('handlers runner ended');
});

it('a process that is killed again and again has each task committed once, and none left a minute after the last', async () => {
  await save(effectHandler(''));
  let handlers = await startHandlers();
  await isRegistered();
  for (let kill = 0; kill < kills; kill += 1) {
    const before = await count('effect');
    const ids = Array.from({ length: messages / kills }, (_, n) => `01K${kill}N${n}`);
    const feeding = Promise.all(ids.map((id) => receive(inbound(id, id, 0))));
    await until(async () => (await count('effect')) > before, soon('an effect'));
    process.kill(handlers.pid, 'SIGKILL');
    await handlers.exited;
    started = started.filter((one) => one !== handlers);
    handlers = await startHandlers();
    await feeding;
  }
  await until(async () => (await open()) === 0, soon('all to be done'));
  expect(await count('effect')).toBe(messages);
  expect(await count('(SELECT DISTINCT key FROM effect)')).toBe(messages);
  expect(await count(`handler_task WHERE state = 'DONE'`)).toBe(messages);
}, 600_000);

it('an event that blocks or ends the process is quarantined, and the others are done', async () => {
  await save(effectHandler(''));
  await startHandlers({ BLOCKED_AFTER_MS: '3000' });
  await isRegistered();
  await receive(inbound('01BLOCK', 'block', 0));
  await receive(inbound('01CRASH', 'crash', 0));
  for (let n = 0; n < 20; n += 1) await receive(inbound(`01N${n}`, `n${n}`, 0));
  await until(async () => (await effects()).length === 20, {
    ...soon('the others'),
    timeoutMs: 150_000,
  });
  await until(async () => (await open()) === 0, { ...soon('the end'), timeoutMs: 150_000 });
  const { rows } = await database.pool.query(
    'SELECT entity_id, state::text, cause FROM handler_task WHERE state <> $1 ORDER BY 1',
    ['DONE'],
  );
  expect(rows).toEqual([
    { entity_id: '01BLOCK', state: 'DEAD', cause: 'quarantined' },
    { entity_id: '01CRASH', state: 'DEAD', cause: 'quarantined' },
  ]);
}, 240_000);

const { kills, messages } = sized({
  short: { kills: 3, messages: 120 },
  long: { kills: 50, messages: 2_000 },
});

const soon = (what: string) => ({ what, timeoutMs: 60_000, intervalMs: 50 });

async function save(code: string): Promise<void> {
  await writeFile(path.join(folder, 'index.ts'), code);
}

async function startHandlers(changes: Record<string, string> = {}): Promise<StartedProcess> {
  const port = await freePort();
  const handlersProcess = await startProcess({
    name: 'handlers',
    command: process.execPath,
    args: [
      path.join(import.meta.dirname, 'support/main-with-code.ts'),
      path.join(folder, 'index.ts'),
    ],
    env: {
      PATH: process.env['PATH'],
      DATABASE_URL: url,
      HANDLERS_PORT: String(port),
      ...changes,
    },
    readyWhen: { kind: 'http', url: `http://127.0.0.1:${port}/readyz` },
    readyTimeoutMs: 90_000,
    stopTimeoutMs: 30_000,
  });
  started.push(handlersProcess);
  return handlersProcess;
}

/** Applies an event as a worker does. */
async function receive(event: CallbackEvent): Promise<void> {
  const decision = decideEvent(event);
  if (decision.kind === 'refuse') throw new Error(decision.reason);
  const writer = createEventWriter(
    database,
    () => new Date(),
    async () => {
      const handlers = await view.current();
      return async (session, events) => await insertTasks(session, events, handlers);
    },
  );
  await writer.write([{ event, decision, attempts: 1 }]);
}

function inbound(id: string, text: string, copy: number): CallbackEvent {
  const body = JSON.stringify(
    {
      app_id: '01APP',
      accepted_time: '2026-01-02T03:04:05Z',
      message: {
        id,
        contact_id: '01CONTACT',
        conversation_id: `01CONVERSATION${id}`,
        channel_identity: { channel: 'SMS', identity: '46701234567' },
        contact_message: { text_message: { text } },
      },
    },
    undefined,
    copy,
  );
  const bytes = Buffer.from(body);
  const recognition = recognise(body);
  if (recognition.kind !== 'known') throw new Error(recognition.kind);
  return {
    key: eventKey(recognition.trigger, id, bytes),
    trigger: recognition.trigger,
    entityId: id,
    rawBody: encodeRawBody(bytes),
    receivedAt: new Date().toISOString(),
    signature: undefined,
  };
}

async function isRegistered(): Promise<void> {
  await until(async () => (await count('handler')) > 0, soon('a registered handler'));
  await until(async () => (await view.current()).size > 0, soon('a writer that has read it'));
}

async function effects(): Promise<string[]> {
  const { rows } = await database.pool.query<{ text: string }>(
    'SELECT text FROM effect ORDER BY text',
  );
  return rows.map(({ text }) => text);
}

const open = async () => await count(`handler_task WHERE state = 'WAITING'`);

async function count(from: string): Promise<number> {
  const { rows } = await database.pool.query<{ n: number }>(
    `SELECT count(*)::integer AS n FROM ${from}`,
  );
  return rows[0]?.n ?? 0;
}
