import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { decideEvent, eventKey } from '@sinch-callbacks/core';
import { createErasureKeys, createEventWriter } from '@sinch-callbacks/db';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { callbacksHere, useCli } from '../harness/cli-harness.ts';

const cli = useCli();
const phone = '46701230001';
const secret = 'a key for these tests alone, 32 characters'.replaceAll(' ', '-');
let folder: string;
let logFile: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'erasures-'));
  logFile = path.join(folder, 'erasures.jsonl');
});
afterAll(async () => await rm(folder, { recursive: true }));

async function callbacks(...args: string[]) {
  const env = { ...cli.env, ERASURE_KEY: secret, ERASURE_LOG: logFile };
  return await callbacksHere([...args, '--no-stack', '--json'], env);
}

async function write(id: string, acceptedAt: string): Promise<void> {
  await apply('MESSAGE_INBOUND', id, acceptedAt, {
    app_id: 'A1',
    accepted_time: acceptedAt,
    message: {
      id,
      direction: 'TO_APP',
      contact_id: 'C1',
      channel_identity: { channel: 'SMS', identity: phone, app_id: 'A1' },
      contact_message: { text_message: { text: 'violet teapot' } },
    },
  });
}

async function apply(
  trigger: 'MESSAGE_INBOUND' | 'OPT_OUT',
  id: string,
  receivedAt: string,
  body: object,
): Promise<void> {
  const text = JSON.stringify(body);
  const event = {
    key: eventKey(trigger, id, Buffer.from(text)),
    trigger,
    entityId: id,
    rawBody: { encoding: 'utf8', text },
    receivedAt,
    signature: undefined,
  } as const;
  const decision = decideEvent(event);
  if (decision.kind === 'refuse') throw new Error(decision.reason);
  const keys = createErasureKeys(secret);
  const writer = createEventWriter(cli.database, () => new Date(), undefined, keys);
  await writer.write([{ event, decision, attempts: 1 }]);
}

async function textOf(id: string): Promise<unknown> {
  return (await cli.database.prisma.message.findUnique({ where: { sinchMessageId: id } }))?.text;
}

it('erase counts first, removes a person for good, and says nothing that was not typed', async () => {
  await write('M1', '2026-01-01T00:00:00Z');
  const dry = await callbacks('erase', '--phone', `+${phone}`, '--dry-run');
  expect(dry.code).toBe(0);
  expect(JSON.parse(dry.stdout)).toMatchObject({
    dryRun: true,
    contacts: 1,
    counts: { message: 1 },
  });
  expect(await textOf('M1')).toBe('violet teapot');
  const erased = await callbacks('erase', '--phone', `+${phone}`);
  expect(erased).toMatchObject({ code: 0 });
  expect(`${erased.stdout}${erased.stderr}`).not.toContain(phone);
  const files = [{ kind: expect.stringMatching(/^(rewritten|off)$/) }];
  expect(JSON.parse(erased.stdout)).toMatchObject({ erasures: [{ isComplete: true, files }] });
  expect(await textOf('M1')).toBeNull();
  await write('M2', '2026-01-02T00:00:00Z');
  expect(await textOf('M2')).toBeNull();
  expect(await readFile(logFile, 'utf8')).not.toContain(phone);
});

it('reapply repeats an erasure in a restored database, and lift ends it', async () => {
  await cli.database.pool.query(
    'DELETE FROM erasure; DELETE FROM event_guard; DELETE FROM message',
  );
  await write('M3', '2026-01-03T00:00:00Z');
  expect(await textOf('M3')).toBe('violet teapot');
  const reapplied = await callbacks('erase', '--reapply');
  expect(JSON.parse(reapplied.stdout)).toMatchObject({ erasures: [{ contacts: 1 }] });
  expect(await textOf('M3')).toBeNull();
  expect(JSON.parse((await callbacks('erase', '--reapply')).stdout)).toMatchObject({
    erasures: [],
    inLog: 1,
    cutLines: 0,
    lifted: 0,
  });
  expect(await callbacks('erase', '--phone', phone, '--lift')).toMatchObject({ code: 0 });
  await write('M4', '2026-01-04T00:00:00Z');
  expect(await textOf('M4')).toBe('violet teapot');
});

it('an opt-out still refuses a message after the erasure, however the number is typed', async () => {
  const opted = { channel: 'SMS', identity: '46701230002', status: 'OPT_OUT_SUCCEEDED' };
  await apply('OPT_OUT', 'r1', '2026-01-05T00:00:00Z', {
    app_id: 'A1',
    event_time: '2026-01-05T00:00:00Z',
    opt_out_notification: { request_id: 'r1', contact_id: 'C2', ...opted },
  });
  expect(await callbacks('erase', '--phone', '+46701230002')).toMatchObject({ code: 0 });
  const send = async (to: string) =>
    await callbacks('messages', 'send', '--to', to, '--app', 'A1', '--text', 'Hello');
  const refused = await send('SMS:+46 (0)70 123 00 02');
  expect(refused.code).toBe(1);
  expect(`${refused.stdout}${refused.stderr}`).toContain('opted out');
  expect(`${refused.stdout}${refused.stderr}`).not.toContain('46701230002');
  expect(await cli.database.prisma.outbound.count()).toBe(0);
  expect(await send('SMS:+46 (0)70 123 00 03')).toMatchObject({ code: 0 });
});

it('continue finishes what was interrupted, without naming anyone', async () => {
  await write('M5', '2026-01-03T00:00:00Z');
  const refuse = 'ALTER TABLE message ADD CONSTRAINT refuse CHECK (text IS NOT NULL) NOT VALID';
  await cli.database.pool.query(refuse);
  await expect(callbacks('erase', '--phone', phone)).rejects.toThrow('refuse');
  await cli.database.pool.query('ALTER TABLE message DROP CONSTRAINT refuse');
  const early = await callbacks('erase', '--phone', phone, '--lift');
  expect(early).toMatchObject({ code: 1, stderr: expect.stringContaining('has not ended') });
  const continued = await callbacks('erase', '--continue');
  expect(continued.code).toBe(0);
  expect(JSON.parse(continued.stdout)).toMatchObject({
    erasures: [{ isResumed: true, isComplete: true }],
  });
  expect(await textOf('M5')).toBeNull();
  expect(JSON.parse((await callbacks('erase', '--continue')).stdout)).toMatchObject({
    erasures: [],
  });
  expect(await callbacks('erase', '--continue', '--phone', phone)).toMatchObject({ code: 2 });
});

it.each([
  ['ERASURE_LOG', 'erasures.jsonl', 'ERASURE_LOG must be an absolute path'],
  ['ERASURE_LOG', '/nowhere/erasures.jsonl', 'cannot be written: ENOENT. Make its directory'],
  ['ERASURE_KEY', 'k'.repeat(32), 'this is not the ERASURE_KEY that erased people here'],
])('with %s=%s nothing is erased, and the reason is plain', async (name, value, reason) => {
  await callbacks('erase', '--phone', '46709990001');
  const env = { ...cli.env, ERASURE_KEY: secret, ERASURE_LOG: logFile, [name]: value };
  const ended = await callbacksHere(['erase', '--phone', '46709990002', '--no-stack'], env);
  expect(ended).toMatchObject({ code: 2, stderr: expect.stringContaining(reason) });
});

it('erase needs one person and a key, and says how to make one', async () => {
  const { code, stderr } = await callbacksHere(['erase', '--phone', phone, '--no-stack'], cli.env);
  expect({ code, stderr }).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('openssl rand -hex 32'),
  });
  expect(await callbacks('erase')).toMatchObject({ code: 2 });
  expect(await callbacks('erase', '--phone', phone, '--email', 'a@example.com')).toMatchObject({
    code: 2,
  });
});

it.each([
  ['a national number', ['--phone', '0701234567'], 'country’s code'],
  ['a number that is none', ['--phone', 'abc'], 'country’s code'],
  ['a number that is too short', ['--phone', '+12345'], 'country’s code'],
  ['an address without @', ['--email', 'message'], 'name@example.com'],
  ['a blank option beside another one', ['--phone', ' ', '--email', 'a@b.example'], 'blank'],
])('erase refuses %s, and puts no one on the list', async (_, args, stderr) => {
  const before = await cli.database.prisma.erasure.count();
  expect(await callbacks('erase', ...args)).toMatchObject({
    code: 2,
    stderr: expect.stringContaining(stderr),
  });
  expect(await cli.database.prisma.erasure.count()).toBe(before);
});

it('erase says that nothing is about the person, and --lift takes a typing error off the list', async () => {
  const typo = ['erase', '--contact', 'typo'];
  for (const args of [['--dry-run'], []]) {
    expect(await callbacks(...typo, ...args)).toMatchObject({
      code: 4,
      stderr: expect.stringContaining('about this person'),
    });
  }
  expect(await callbacks(...typo, '--lift')).toMatchObject({ code: 0 });
});

it('erase names the queues that it went through, and no password', async () => {
  const { REDIS_URL = '', DATABASE_URL = '', QUEUE_PREFIX = '' } = cli.env;
  const { host, password } = new URL(REDIS_URL);
  const redis = `redis://${host} ${QUEUE_PREFIX}`;
  const queues = [expect.stringContaining(new URL(DATABASE_URL).pathname), redis];
  await write('M5', '2026-01-05T00:00:00Z');
  for (const args of [['--dry-run'], []]) {
    const { code, stdout, stderr } = await callbacks('erase', '--phone', phone, ...args);
    expect({ code, ...JSON.parse(stdout) }).toMatchObject({ code: 0, queues });
    expect(`${stdout}${stderr}`).not.toContain(password);
  }
  const env = { ...cli.env, ERASURE_KEY: secret, ERASURE_LOG: logFile };
  const shown = await callbacksHere(['erase', '--phone', phone, '--no-stack'], env);
  expect(shown.stdout).toContain(`queue erased: ${redis}`);
});

it('erase without REDIS_URL touches nothing, until one says that there is no Redis', async () => {
  await write('M6', '2026-01-06T00:00:00Z');
  const { REDIS_URL: _, ...servers } = cli.env;
  const env = { ...servers, ERASURE_KEY: secret, ERASURE_LOG: logFile };
  const erase = async (...args: string[]) =>
    await callbacksHere(['erase', '--phone', phone, '--no-stack', ...args], env);
  for (const args of [[], ['--dry-run'], ['--for-ever']]) {
    const stderr = expect.stringContaining('REDIS_URL is not set');
    expect(await erase(...args)).toMatchObject({ code: 2, stderr });
  }
  const reapply = ['erase', '--reapply', '--no-stack'];
  expect(await callbacksHere(reapply, env)).toMatchObject({ code: 2 });
  expect(await textOf('M6')).toBe('violet teapot');
  expect(await callbacks('erase', '--phone', phone, '--no-redis')).toMatchObject({ code: 2 });
  expect(await erase('--no-redis')).toMatchObject({ code: 0 });
  expect(await textOf('M6')).toBeNull();
});

it('consent without ERASURE_KEY never says that an erased person has not opted out', async () => {
  const opted = { channel: 'SMS', identity: '46701230005', status: 'OPT_OUT_SUCCEEDED' };
  await apply('OPT_OUT', 'r5', '2026-01-05T00:00:00Z', {
    app_id: 'A1',
    event_time: '2026-01-05T00:00:00Z',
    opt_out_notification: { request_id: 'r5', ...opted },
  });
  const consent = async () =>
    await callbacksHere(['consent', '46701230005', '--no-stack'], cli.env);
  expect(await consent()).toMatchObject({ code: 1 });
  expect(await callbacks('erase', '--phone', '+46701230005')).toMatchObject({ code: 0 });
  expect(await consent()).toMatchObject({
    code: 2,
    stdout: '',
    stderr: expect.stringContaining('set the key that erased them'),
  });
  expect(await callbacks('consent', '46701230005')).toMatchObject({ code: 1 });
});
