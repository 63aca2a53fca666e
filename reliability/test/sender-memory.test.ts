import { readdir, readlink } from 'node:fs/promises';
import { type Database, openDatabase } from '@sinch-callbacks/db';
import {
  freePort,
  type StartedProcess,
  startProcess,
  until,
} from '@sinch-callbacks/dev-env/processes';
import { createDatabase, queryRows } from '@sinch-callbacks/dev-env/servers';
import { sized } from '@sinch-callbacks/dev-env/sizes';
import { senderProcess } from '@sinch-callbacks/dev-env/stack';
import type {} from '@sinch-callbacks/dev-env/vitest';
import { sendMessage } from '@sinch-callbacks/outbound';
import { type SinchApi, startSinchApi } from '@sinch-callbacks/simulator/api';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { simulatedAccount, sinchVariablesAt } from '../chaos/sinch/simulated-account.ts';
import { type MemoryWatch, watchMemory } from '../fuzz/watch-memory.ts';

/** The first of four equal parts warms up the process. */
const messagesOfPart = sized({ short: 500, long: 10_000 });
const partTimeoutMs = sized({ short: 60_000, long: 300_000 });
/** Caches that fill up slowly. A leak of whole messages takes more. */
const allowedGrowthBytes = 1024 ** 2 + 3 * messagesOfPart * 512;
/** One of 20 connections breaks, and is replaced. */
const lostAnswers = 0.05;
/** Those to Sinch and to Postgres that a sender may have, and its server's. */
const mostSockets = 32 + 20 + 5;

const { appId } = simulatedAccount;
let database: Database;
let databaseUrl: string;
let drop: () => Promise<void>;
let local: SinchApi;
let sender: StartedProcess;
let memory: MemoryWatch;

beforeAll(async () => {
  const created = await createDatabase(inject('postgresUrl'), undefined, {
    template: inject('migratedDatabase'),
  });
  ({ url: databaseUrl, drop } = created);
  database = openDatabase({ url: databaseUrl });
  const { projectId, keyId, keySecret } = simulatedAccount;
  local = await startSinchApi({
    projects: [{ projectId, keyId, keySecret, apps: [{ appId, outboundPerSecond: 100_000 }] }],
    requestsPerSecond: 100_000,
    faults: { lostAnswers },
    faultyOperations: ['send-message'],
  });
  ({ sender, memory } = await startSender());
});

afterAll(async () => {
  memory?.close();
  await sender?.stop();
  await local?.close();
  await database?.close();
  await drop?.();
});

it(
  'a sender keeps nothing of the messages that it has sent, and no connection',
  async () => {
    await sendPart(0);
    const [warm, warmSockets] = [await memory.readSettled(), await countSockets()];
    for (const part of [1, 2, 3]) await sendPart(part);
    const [end, endSockets] = [await memory.readSettled(), await countSockets()];

    const atPhones = Object.values(local.truth().phones).flat();
    expect(atPhones).toHaveLength(4 * messagesOfPart);
    expect(end.heapBytes - warm.heapBytes).toBeLessThan(allowedGrowthBytes);
    if (warmSockets === undefined || endSockets === undefined) return;
    expect([warmSockets, endSockets].every((count) => count <= mostSockets)).toBe(true);
  },
  4 * partTimeoutMs,
);

/** Queues messages to as many people, and waits until each is settled. */
async function sendPart(part: number): Promise<void> {
  const key = `first of ${part}`;
  const first = await sendMessage(database, {
    key,
    appId,
    to: `SMS:+1555${part}`,
    message: 'x'.repeat(500),
  });
  expect(first.kind).toBe('queued');
  await queryRows(
    databaseUrl,
    `INSERT INTO outbound (id, app_id, key, lane, identities, content_digest, request)
     SELECT gen_random_uuid(), app_id, key || n, lane || n, identities, content_digest, request
     FROM outbound, generate_series(2, $2) AS n WHERE key = $1`,
    [key, messagesOfPart],
  );
  const left = `SELECT FROM outbound WHERE state NOT IN ('SENT', 'UNCERTAIN') LIMIT 1`;
  await until(async () => (await queryRows(databaseUrl, left)).length === 0, {
    what: 'all messages to be sent',
    timeoutMs: partTimeoutMs,
    intervalMs: 200,
  });
}

async function startSender(): Promise<{ sender: StartedProcess; memory: MemoryWatch }> {
  const variables = { databaseUrl, redisUrl: undefined, webhookSecret: 'unused' };
  const app = senderProcess(variables, sinchVariablesAt(local.url), await freePort());
  const inspectorPort = await freePort();
  const started = await startProcess({
    ...app,
    args: [`--inspect=127.0.0.1:${inspectorPort}`, ...(app.args ?? [])],
    env: { ...app.env, SINCH_SEND_RATE: '800', LOG_LEVEL: 'warn' },
  });
  const listed = await fetch(`http://127.0.0.1:${inspectorPort}/json/list`);
  const [target] = (await listed.json()) as { webSocketDebuggerUrl: string }[];
  if (target === undefined) throw new Error('The sender has no inspector.');
  return { sender: started, memory: await watchMemory(target.webSocketDebuggerUrl) };
}

/** Counts its open sockets; `undefined` where the system does not list them as files. */
async function countSockets(): Promise<number | undefined> {
  if (process.platform !== 'linux') return undefined;
  const directory = `/proc/${sender.pid}/fd`;
  const links = await Promise.all(
    (await readdir(directory)).map((name) => readlink(`${directory}/${name}`).catch(() => '')),
  );
  return links.filter((link) => link.startsWith('socket:')).length;
}
