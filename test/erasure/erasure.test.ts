import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '@sinch-callbacks/dev-env/processes';
import { queryRows, type RedisServer, startRedis } from '@sinch-callbacks/dev-env/servers';
import { sized, testSeed } from '@sinch-callbacks/dev-env/sizes';
import { programs } from '@sinch-callbacks/dev-env/stack';
import {
  callbackStream,
  createRandom,
  createSender,
  drawInteger,
} from '@sinch-callbacks/simulator';
import { type SinchApi, sinchVariablesOf, startSinchApi } from '@sinch-callbacks/simulator/api';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { contents, secrets } from '../leaks/canaries.ts';
import { type LeakyProcess, type LeakyStack, openLeakyStack } from '../leaks/leaky-stack.ts';
import { plantFailures } from '../leaks/planted-failures.ts';
import { findPlaces } from './find-places.ts';
import { createPersonToErase, tracesIn, typedPhone } from './person-to-erase.ts';
import { readErasures } from './read-erasures.ts';
import { dumpDatabase, readAppendOnlyFiles, readLasting } from './read-everything.ts';
import { rowsOfOthers } from './rows-of-others.ts';
import { untilSettled } from './until-settled.ts';

// One person's callbacks go through every process, among those of others. Then the command erases
// the person, killed again and again, and everything is searched for what was theirs.
const events = sized({ short: 300, long: 5_000 });
const kills = sized({ short: 5, long: 20 });
const seed = `erasure ${testSeed}`;
const random = createRandom(seed);
const appId = '01ERASUREAPP';
const person = createPersonToErase(`${seed} person`, appId);
const atOnce = 8;
const wrongSecret = 'a-secret-that-is-not-configured-yet';

let redis: RedisServer;
let stack: LeakyStack;
let sinch: SinchApi;
let ingest: LeakyProcess;
let logFile: string;
/** The output of commands that repeat what their operator typed. */
const typed = new Set<string>();

beforeAll(async () => {
  // Uncompressed, so that a search of its file finds every text in it.
  const settings = ['rdbcompression no'];
  const started = await startRedis({ sources: ['binary', 'debian'], settings });
  if (started.kind === 'unavailable') throw new Error(started.message);
  redis = started;
  const key = randomBytes(32).toString('hex');
  stack = await openLeakyStack({ REDIS_URL: redis.url, ERASURE_KEY: key });
  logFile = path.join(stack.directory, 'erasures.jsonl');
  sinch = await startSinchApi({
    projects: [{ keySecret: secrets.apiSecret, apps: [{ appId, mode: 'CONVERSATION' }] }],
    clock: () => new Date(Date.now() - 600_000),
    seed,
  });
  await plantFailures(stack.database.url);
}, 240_000);

afterAll(async () => {
  await stack?.close();
  await sinch?.close();
  await redis?.close();
});

it('everything holds the person before: tables, queues, file and stores', async () => {
  const [worker, handlers] = await startAll();
  await send([...others(), ...person.mentions, ...person.applied, ...person.dying]);
  await settled();
  await send([person.optOut]);
  await sendToPerson();
  for (const body of person.applied.slice(0, 5)) {
    expect(await post(body, wrongSecret)).toBe(401);
  }
  await settled();
  await Promise.all([worker.stop(), handlers.stop()]);
  await send([person.another('one more'), person.another('and another')]);
  await queueToPerson('to wait');
  sinch.receiveInbound({ channel: 'SMS', identity: typedPhone, text: contents.text });

  const found = await hits();
  const tables = new Set(found.map((place) => place.split(' ')[0]?.replace(/_p?\d[\w]*$/, '')));
  for (const place of [
    'public.message',
    'public.contact',
    'public.contact_identity',
    'public.consent_event',
    'public.outbound',
    'redis',
  ]) {
    expect([...tables]).toContain(place);
  }
  expect(found.length).toBeGreaterThan(100);
  expect(tracesIn(await readAppendOnlyFiles(redis.url))).not.toEqual([]);
});

it('a dry run counts tables and queues, and changes nothing', async () => {
  const servers = serversOf();
  const before = await readLasting(servers);
  const { dryRun, counts } = await erase('dry run', '--dry-run');
  expect(dryRun).toBe(true);
  expect(await readLasting(servers)).toEqual(before);
  expect(counts).toMatchObject({ 'queue.waiting': 2, 'queue.active': 0, 'queue.rejected': 5 });
  expect(counts['message']).toBeGreaterThan(20);
});

let before: ReadonlyMap<string, string>;

it(`killed at ${kills} points it is not finished, and its log can be read`, async () => {
  before = await dumpDatabase(stack.database.url);
  for (let n = 1; n <= kills; n += 1) await killAfterPages(n, drawInteger(random, 0, 6));
  const rows = await erasures();
  expect(rows).toMatchObject([{ state: 'RUNNING', finished_at: null }]);
  const lines = (await readFile(logFile, 'utf8')).trimEnd().split('\n');
  for (const line of lines) expect(JSON.parse(line)).toMatchObject({ id: rows[0]?.id });
});

it('without a worker it says that jobs wait, and is complete once one has applied them', async () => {
  const unfinished = await callbacks('erase without a worker', [...eraseArgs, '--wait', '0ms']);
  expect(unfinished).toMatchObject({ code: 1 });
  expect(unfinished.output).toMatch(/2 jobs of the person wait.*run the same command again/s);
  await Promise.all([
    stack.startWorker('worker 2', workerVariables),
    stack.startHandlers('handlers 2'),
  ]);
  const { erasures: ended } = await erase('last run');
  expect(ended).toMatchObject([{ isResumed: true, isComplete: true }]);
  const nothing = { person: null, position: null, request: null };
  expect(await erasures()).toMatchObject([{ state: 'DONE', ...nothing }]);
  expect(await hits()).toEqual([]);
  expect(tracesIn(await readAppendOnlyFiles(redis.url))).toEqual([]);
  expect(hitsInOutputs()).toEqual([]);
});

it('other people’s rows are the same to the byte, unless they held the number', async () => {
  const after = await dumpDatabase(stack.database.url);
  const theirs = rowsOfOthers(before, person.ids);
  expect(theirs.length).toBeGreaterThan(events);
  const changed = theirs.filter(([key, text]) => after.get(key) !== text);
  expect(changed).toEqual([]);
});

it('nothing of the person comes back: late copies, replays, rechecks, requeues, reconciliation', async () => {
  await queryRows(stack.database.url, 'DROP TRIGGER refuse ON message');
  await queryRows(stack.database.url, 'ALTER TABLE message DROP CONSTRAINT planted');
  const timed = person.applied.filter((body) => body.includes('"accepted_time"'));
  // The same bytes, and the same callbacks in other bytes, which no guard recognises.
  await send([...timed.slice(0, 20), ...timed.map((body) => `${body} `)]);
  for (const body of timed.slice(0, 3)) expect(await post(`${body}  `, wrongSecret)).toBe(401);
  const recheck = { SINCH_WEBHOOK_SECRET: wrongSecret };
  const rechecked = await callbacks('recheck', ['rejected', 'recheck'], { changes: recheck });
  expect(rechecked.code).toBe(0);
  await callbacks('replay', ['dead', 'replay', '--all']);
  await callbacks('requeue', ['requeue', '--from-db']);
  const reconciled = await callbacks('reconcile', ['reconcile', '--since', '1h'], {
    changes: sinchVariablesOf(sinch),
  });
  expect(reconciled.output).toMatch(/inbound/);
  await settled();
  expect(await hits()).toEqual([]);
  expect(hitsInOutputs()).toEqual([]);
});

it('the opt-out holds: no message to the number is queued, or sent where it was', async () => {
  const asked = await callbacks('consent', ['consent', '0046 70 123 45 67'], { typed: true });
  expect(asked).toMatchObject({ code: 1 });
  for (const spelling of ['+46 70-123 45 67', '+46 (0)70 123 45 67']) {
    const queued = await callbacks(`to ${spelling}`, sendTo(`SMS:${spelling}`), { typed: true });
    expect(queued).toMatchObject({ code: 1 });
  }
  const withoutKey = { typed: true, changes: { ERASURE_KEY: '' } };
  await callbacks('queued without the key', sendTo('SMS:+46 70-123 45 67'), withoutKey);
  await stack.startSender('sender 2', sinch);
  const refused = `SELECT FROM outbound WHERE state = 'REFUSED' AND error_class = 'opted-out'`;
  await until(async () => (await queryRows(stack.database.url, refused)).length === 1, {
    what: 'the message to be refused',
    timeoutMs: 60_000,
  });
});

const eraseArgs = ['erase', '--phone', typedPhone];
const workerVariables = { ADMIN_PASSWORD: secrets.adminPassword };

async function startAll(): Promise<readonly [LeakyProcess, LeakyProcess]> {
  const [worker, listener, handlers] = await Promise.all([
    stack.startWorker('worker', workerVariables),
    stack.startListener('ingest'),
    stack.startHandlers('handlers'),
  ]);
  ingest = listener;
  return [worker, handlers];
}

const serversOf = () => ({ databaseUrl: stack.database.url, redisUrl: redis.url });

function others(): string[] {
  const stream = callbackStream({ seed, startAt: new Date('2026-01-15T09:00:00Z') });
  return Array.from({ length: events }, () => stream.next().value.body);
}

/** Queues a message to the person. */
async function queueToPerson(key: string): Promise<void> {
  const args = [...sendTo('SMS:+46 70 123 45 67'), '--allow-opted-out', '--key', key];
  expect(await callbacks(`queue ${key}`, args, { typed: true })).toMatchObject({ code: 0 });
}

/** Sends a message to the person, by a real sender. */
async function sendToPerson(): Promise<void> {
  await queueToPerson('to be sent');
  const sender = await stack.startSender('sender', sinch);
  const sent = `SELECT FROM outbound WHERE state = 'SENT'`;
  await until(async () => (await queryRows(stack.database.url, sent)).length === 1, {
    what: 'the message to be sent',
    timeoutMs: 60_000,
  });
  await sender.stop();
}

const sendTo = (recipient: string) =>
  ['messages', 'send', '--to', recipient, '--text', contents.text, '--app', appId].concat([
    '--metadata',
    contents.metadata,
  ]);

async function send(bodies: readonly string[]): Promise<void> {
  const left = [...bodies];
  const sendSome = async () => {
    for (let body = left.shift(); body !== undefined; body = left.shift()) {
      expect(await post(body, secrets.webhookSecret)).toBe(200);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, sendSome));
}

async function post(body: string, secret: string): Promise<number> {
  const sender = createSender({ url: `${ingest.url}/api/sinch/webhook`, secret });
  return (await sender.send(body)).status;
}

const settled = async () => await untilSettled(serversOf());

const hits = async () => await findPlaces(serversOf());

/** Searches the outputs of all processes, handlers that log a body and its number among them. */
function hitsInOutputs(): readonly string[] {
  return [...stack.outputs].flatMap(([name, text]) =>
    typed.has(name) ? [] : tracesIn(text).map((trace) => `${name}: ${trace}`),
  );
}

async function callbacks(
  name: string,
  args: readonly string[],
  { typed: isTyped = false, changes = {} } = {},
): Promise<{ readonly code: number | null; readonly output: string }> {
  if (isTyped) typed.add(name);
  const all = [programs.cli, '--no-stack', ...args];
  const one = await stack.start(name, all, { ERASURE_LOG: logFile, ...changes });
  const { code } = await one.exited;
  return { code, output: stack.outputs.get(name) ?? '' };
}

async function erase(name: string, ...args: readonly string[]) {
  const { code, output } = await callbacks(name, [...eraseArgs, ...args, '--json']);
  expect({ code, output }).toMatchObject({ code: 0 });
  // Notes for people stand around it.
  return JSON.parse(/^\{$.*^\}$/ms.exec(output)?.[0] ?? '');
}

/** Between two looks at an erasure that runs. */
const pollMs = 2;

const erasures = async () => await readErasures(stack.database.url);

/** Kills a run as soon as it has noted so many pages, or is at the queues. */
async function killAfterPages(n: number, pages: number): Promise<void> {
  const place = async () => JSON.stringify((await erasures())[0]?.position ?? null);
  let last = await place();
  // The same command begins at the first page; the other one goes on where the last was killed.
  const goesOn = last !== 'null' && drawInteger(random, 0, 3) > 0;
  const args = [programs.cli, '--no-stack', ...(goesOn ? ['erase', '--continue'] : eraseArgs)];
  const one = await stack.start(`killed run ${n}`, args, { ERASURE_LOG: logFile });
  const giveUpAt = performance.now() + drawInteger(random, 3_000, 6_000);
  for (let noted = 0; noted < pages || last === 'null'; ) {
    if (performance.now() > giveUpAt && last !== 'null') break;
    // A page takes longer.
    const ended = await Promise.race([one.exited, sleep(pollMs)]);
    if (ended !== undefined) throw new Error(`killed run ${n} ended by itself, ${ended.code}`);
    const now = await place();
    if (now !== last) noted += 1;
    last = now;
  }
  await sleep(drawInteger(random, 0, 40));
  process.kill(one.pid, 'SIGKILL');
  expect(await one.exited).toMatchObject({ signal: 'SIGKILL' });
}
