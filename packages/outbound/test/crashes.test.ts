import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type StartedProcess, startProcess, until } from '@sinch-callbacks/dev-env/processes';
import { sized } from '@sinch-callbacks/dev-env/sizes';
import { type SinchApi as LocalApi, startSinchApi } from '@sinch-callbacks/simulator/api';
import { createSinchApi, type SinchApiOptions } from '@sinch-callbacks/sinch-api';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { resendMessages, sendMessage } from '../src/index.ts';
import { type CallbackReceiver, openCallbackReceiver } from './support/callback-receiver.ts';
import { type OutboundFixture, openOutboundFixture } from './support/outbound-fixture.ts';
import { markersOf, quickTimings } from './support/sender-fixture.ts';
import type { SenderSettings } from './support/sender-main.ts';

const messages = sized({ short: 300, long: 5_000 });
const kills = sized({ short: 5, long: 20 });
/** Slow enough that each killed sender leaves messages to the next one. */
const perSecond = sized({ short: 100, long: 150 });
const patienceMs = sized({ short: 90_000, long: 600_000 });

let fixture: OutboundFixture;
let receiver: CallbackReceiver;
let local: LocalApi;
let settings: SenderSettings;
let sender: StartedProcess | undefined;

beforeAll(async () => {
  fixture = await openOutboundFixture();
  receiver = await openCallbackReceiver(fixture);
  local = await startSinchApi({
    projects: [{ apps: [{ outboundPerSecond: 100_000 }] }],
    requestsPerSecond: 10_000,
    faults: { lostAnswers: 0.2, hangs: 0.05, tooManyRequests: 0.01, reportsFirst: 0.2 },
    faultyOperations: ['send-message'],
    delivery: { compress: 100_000, rate: { perSecond: 10_000, burst: 10_000 }, concurrency: 64 },
  });
  const [project] = local.projects;
  const appId = project?.appIds[0];
  if (project === undefined || appId === undefined) throw new Error('no app');
  const { projectId, keyId, keySecret } = project;
  const timings = { requestMs: 1_500, firstPauseMs: 20 };
  const urls = { apiUrl: local.url, authUrl: local.url };
  const api: SinchApiOptions = { region: 'eu', projectId, keyId, keySecret, timings, ...urls };
  const databaseUrl = fixture.url;
  settings = { databaseUrl, appId, perSecond, api, timings: quickTimings };
  const client = createSinchApi(api);
  await client.webhooks.create({
    app_id: appId,
    target: receiver.url,
    target_type: 'HTTP',
    triggers: ['MESSAGE_SUBMIT', 'MESSAGE_DELIVERY'],
  });
  await client.close();
});

afterAll(async () => {
  await sender?.kill();
  await local.close();
  await receiver.close();
  await fixture.close();
});

it('no message is at a phone twice and each row is settled, whenever the sender is killed', async () => {
  await queueAll();
  let interrupted = 0;
  for (let killed = 0; killed < kills; killed += 1) {
    const before = await queuedCount();
    sender = await start();
    await until(async () => (await queuedCount()) < before, { what: 'it to send' });
    await sleep(Math.random() * sized({ short: 300, long: 1_500 }));
    await sender.kill();
    interrupted += (await rows()).filter(({ state }) => state === 'SENDING').length;
  }
  expect(interrupted).toBeGreaterThan(0);
  await sendAll();
  const [settled, phones] = [await rows(), markersOf(local)];
  expect(settled).toHaveLength(messages);
  const left = settled.filter(({ state }) => !['SENT', 'UNCERTAIN'].includes(state));
  expect(left).toEqual([]);
  expect([...phones.values()].filter((ids) => ids.length > 1)).toEqual([]);

  // Each message that Sinch has accepted is SENT once its callbacks are applied.
  await local.whenSettled();
  const reported = await rows();
  expect(wrongOf(reported, phones)).toEqual([]);
  const uncertain = reported.filter(({ state }) => state === 'UNCERTAIN');
  expect(uncertain.map(({ id }) => phones.get(id))).toEqual(uncertain.map(() => undefined));

  // What is left was never accepted, so that a person may send it again.
  for (let round = 0; round < 20; round += 1) {
    const { appId } = settings;
    const choice = {
      appId,
      state: 'UNCERTAIN',
      settledBefore: new Date(Date.now() + 60_000),
    } as const;
    if ((await resendMessages(fixture.database, choice)).length === 0) break;
    await sendAll();
    await local.whenSettled();
  }
  const [last, lastPhones] = [await rows(), markersOf(local)];
  expect(new Set(last.map(({ state }) => state))).toEqual(new Set(['SENT']));
  expect(wrongOf(last, lastPhones)).toEqual([]);
  expect(lastPhones.size).toBe(messages);
  expect([...lastPhones.values()].every((ids) => ids.length === 1)).toBe(true);
}, 1_200_000);

interface Row {
  readonly id: string;
  readonly state: string;
  readonly messageId: string | null;
}

const rows = async () =>
  await fixture.read<Row>('SELECT id, state::text, sinch_message_id AS "messageId" FROM outbound');

const queuedCount = async () => (await rows()).filter(({ state }) => state === 'QUEUED').length;

/** Rows that do not say what happened at the phones. */
function wrongOf(found: readonly Row[], phones: ReadonlyMap<string, readonly string[]>): Row[] {
  return found.filter(({ id, state, messageId }) => {
    const atPhone = phones.get(id)?.[0];
    return atPhone === undefined ? state === 'SENT' : state !== 'SENT' || messageId !== atPhone;
  });
}

async function queueAll(): Promise<void> {
  for (let first = 0; first < messages; first += 50) {
    const numbers = Array.from({ length: Math.min(50, messages - first) }, (_, n) => first + n);
    // Every tenth message is one more to the recipient before it.
    await Promise.all(
      numbers.map(async (number) => {
        const to =
          `SMS:+1555${String(number - (number % 10 === 9 ? 1 : 0)).padStart(7, '0')}` as const;
        const given = { key: `message ${number}`, appId: settings.appId, to, message: 'Hi' };
        expect(await sendMessage(fixture.database, given)).toMatchObject({ kind: 'queued' });
      }),
    );
  }
}

async function start(): Promise<StartedProcess> {
  return await startProcess({
    name: 'sender',
    command: process.execPath,
    args: [path.join(import.meta.dirname, 'support/sender-main.ts'), JSON.stringify(settings)],
  });
}

/** Runs a sender until nothing is left to send. */
async function sendAll(): Promise<void> {
  sender = await start();
  const isDone = async () =>
    (await fixture.read("SELECT FROM outbound WHERE state IN ('QUEUED', 'SENDING') LIMIT 1"))
      .length === 0;
  await until(isDone, { what: 'no message to be left', timeoutMs: patienceMs, intervalMs: 200 });
  await sender.stop();
}
