import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { Webhook } from 'standardwebhooks';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import {
  type Engine,
  forward,
  type HandlersByTrigger,
  runTask,
  startEngine,
} from '../src/index.ts';
import {
  eventOf,
  executorOf,
  type HandlerFixture,
  handlerName,
  inbound,
  openHandlerFixture,
} from './support/handler-fixture.ts';

const secret = `whsec_${Buffer.alloc(24, 1).toString('base64')}`;
const newSecret = `whsec_${Buffer.alloc(24, 2).toString('base64')}`;
const ids = ['01A', '01B', '01C'];
const hourMs = 3_600_000;

let fixture: HandlerFixture;
let engine: Engine;
let server: Server;
let isOff = true;
let refused: string[] = [];
/** Messages that the receiver accepted, by their `webhook-id`. */
let accepted: [webhookId: string, messageId: string][] = [];

beforeEach(async () => {
  fixture = await openHandlerFixture();
  [isOff, refused, accepted] = [true, [], []];
  server = createServer((request, response) => {
    void receive(request).then((status) => response.writeHead(status).end());
  });
  async function receive(request: IncomingMessage): Promise<number> {
    const headers = request.headers as Record<string, string>;
    const body = await buffer(request);
    const id = headers['webhook-id'] ?? '';
    if (isOff) refused.push(id);
    else {
      // It has rotated its secret during its day off.
      const verified = new Webhook(newSecret).verify(body, headers) as ReturnType<typeof inbound>;
      accepted.push([id, verified.message.id]);
    }
    return isOff ? 503 : 204;
  }
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  const handler = forward(handlerName, 'MESSAGE_INBOUND', {
    to: `http://127.0.0.1:${port}/`,
    secrets: [secret, newSecret],
  });
  const log = { debug: ignore, info: ignore, warn: ignore, error: ignore };
  engine = startEngine({
    database: fixture.database,
    executor: executorOf(
      async (task) => await runTask(handler, task, { database: fixture.database, log }).result,
    ),
    redactText: (text) => text,
    timings: { pollMs: 20 },
    events: {
      taskRun: ignore,
      handlerPaused: ignore,
      databaseFailed: ignore,
      failed: ignore,
      databaseAnswered: ignore,
    },
  });
  engine.serve([handler]);
});
afterEach(async () => {
  await engine.stop();
  server.close();
  await fixture.close();
});

it('brings every callback to a receiver that had a day off, within the hour, each under its one id', async () => {
  const handlers: HandlersByTrigger = new Map([
    ['MESSAGE_INBOUND', [{ name: handlerName, keySource: null }]],
  ]);
  await fixture.apply(
    ids.map((id) => eventOf(inbound(id))),
    handlers,
  );
  let hoursMs = 0;
  while (hoursMs < 24 * hourMs) hoursMs += await passTime();
  isOff = false;
  while (accepted.length < ids.length) hoursMs += await passTime();

  expect(hoursMs).toBeLessThan(25.1 * hourMs);
  expect(accepted.map(([, id]) => id).toSorted()).toEqual(ids);
  expect(new Set(accepted.map(([id]) => id))).toEqual(new Set(refused));
  await vi.waitUntil(async () => (await waiting()).length === 0, { timeout: 30_000 });
  expect(await fixture.read('SELECT DISTINCT state::text FROM handler_task')).toEqual([
    { state: 'DONE' },
  ]);
}, 120_000);

/** Waits until all tasks have failed, and lets the time until their next attempts pass at once. */
async function passTime(): Promise<number> {
  let pauses: readonly number[] = [];
  await vi.waitUntil(
    async () => {
      pauses = (await waiting()).map((row) => Number(row['pause']));
      return accepted.length === ids.length || pauses.every((pause) => pause > 0);
    },
    { timeout: 30_000 },
  );
  await fixture.read(
    `UPDATE handler_task SET retry_at = clock_timestamp() WHERE state = 'WAITING'`,
  );
  return Math.max(0, ...pauses);
}

/** The tasks that wait, with the milliseconds until their next attempt. */
async function waiting(): Promise<readonly Readonly<Record<string, unknown>>[]> {
  return await fixture.read(
    `SELECT coalesce(extract(epoch FROM retry_at - clock_timestamp()) * 1000, -1)::float8 AS pause
     FROM handler_task WHERE state = 'WAITING'`,
  );
}

function ignore(): void {}
