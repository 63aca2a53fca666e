import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { decideEvent, eventKey } from '@sinch-callbacks/core';
import { createErasureKeys, createEventWriter } from '@sinch-callbacks/db';
import {
  type SinchApi,
  type SinchApiOptions,
  sinchVariablesOf,
  startSinchApi,
} from '@sinch-callbacks/simulator/api';
import { expect, it, onTestFinished } from 'vitest';
import { callbacksHere, useCli } from '../harness/cli-harness.ts';

const cli = useCli();
const phone = '46701230001';
const secret = 'a key for these tests alone, 32 characters'.replaceAll(' ', '-');
const conversations = { mode: 'CONVERSATION', outboundPerSecond: 10_000 } as const;

async function openSinch(options: SinchApiOptions = {}) {
  const folder = await mkdtemp(path.join(tmpdir(), 'erasures-'));
  onTestFinished(async () => await rm(folder, { recursive: true }));
  const sinch = await startSinchApi({
    seed: 'test',
    projects: [{ apps: [conversations] }],
    ...options,
  });
  onTestFinished(async () => await sinch.close());
  const env = {
    ...cli.env,
    ERASURE_KEY: secret,
    ERASURE_LOG: path.join(folder, 'erasures.jsonl'),
    ...sinchVariablesOf(sinch),
  };
  return {
    sinch,
    env,
    erase: async (...args: string[]) => {
      const all = ['erase', '--phone', `+${phone}`, ...args, '--no-stack', '--json'];
      const ended = await callbacksHere(all, env, '', { firstPauseMs: 1, longestPauseMs: 4 });
      return { ...ended, document: JSON.parse(ended.stdout) };
    },
  };
}

/** Has people write, and writes what came of it, as Sinch lists it. */
async function writeAll(sinch: SinchApi, people: readonly string[]): Promise<void> {
  for (const identity of people) sinch.receiveInbound({ channel: 'SMS', identity, text: 'kettle' });
  for (const message of await listed(sinch)) await write(message);
}

async function listed(sinch: SinchApi, source = 'CONVERSATION_SOURCE') {
  const [project] = sinch.projects;
  const { projectId = '', keyId = '', keySecret = '' } = project ?? {};
  const answer = await fetch(
    `${sinch.url}/v1/projects/${projectId}/messages?messages_source=${source}&page_size=100`,
    {
      headers: {
        authorization: `Basic ${Buffer.from(`${keyId}:${keySecret}`).toString('base64')}`,
      },
    },
  );
  const { messages } = (await answer.json()) as {
    readonly messages: readonly { readonly id: string; readonly accept_time: string }[];
  };
  return messages;
}

async function write(message: { readonly id: string; readonly accept_time: string }) {
  const { id, accept_time: at } = message;
  await writeBody('MESSAGE_INBOUND', id, { app_id: 'A1', accepted_time: at, message }, at);
}

async function writeBody(
  trigger: 'MESSAGE_INBOUND' | 'CONTACT_DELETE',
  entityId: string,
  body: object,
  receivedAt: string,
): Promise<void> {
  const text = JSON.stringify(body);
  const key = eventKey(trigger, entityId, Buffer.from(text));
  const rawBody = { encoding: 'utf8', text } as const;
  const event = { key, trigger, entityId, rawBody, receivedAt, signature: undefined } as const;
  const decision = decideEvent(event);
  if (decision.kind === 'refuse') throw new Error(decision.reason);
  const keys = createErasureKeys(secret);
  const writer = createEventWriter(cli.database, () => new Date(), undefined, keys);
  await writer.write([{ event, decision, attempts: 1 }]);
}

it('the person goes at Sinch too, and the next one stays there', async () => {
  const { sinch, erase } = await openSinch();
  await writeAll(sinch, [phone, phone, '46709990002']);

  const dry = await erase('--at-sinch', '--dry-run');
  expect(dry.document.counts).toMatchObject({
    'sinch.conversations': 1,
    'sinch.messages': 0,
    'sinch.contacts': 1,
  });
  expect(await listed(sinch)).toHaveLength(3);

  const erased = await erase('--at-sinch');
  expect(erased.code).toBe(0);
  expect(erased.document.erasures[0].counts).toMatchObject({
    'sinch.conversations': 1,
    'sinch.contacts': 1,
  });
  expect(JSON.stringify(await listed(sinch))).not.toContain(phone);
  expect(await listed(sinch)).toHaveLength(1);
  expect(erased.stdout + erased.stderr).not.toContain(phone);
  const rows = await cli.database.pool.query<{ state: string; counts: object }>(
    'SELECT state, counts FROM erasure',
  );
  expect(rows.rows).toEqual([
    { state: 'DONE', counts: expect.objectContaining({ 'sinch.contacts': 1 }) },
  ]);
});

it('messages of no conversation go one by one, from the store of their mode', async () => {
  const dispatch = { dispatchRetentionDays: 7, outboundPerSecond: 10_000 };
  const { sinch, erase } = await openSinch({ projects: [{ apps: [dispatch] }] });
  for (const identity of [phone, phone, '46709990002']) {
    sinch.receiveInbound({ channel: 'SMS', identity, text: 'kettle' });
  }
  for (const message of await listed(sinch, 'DISPATCH_SOURCE')) await write(message);
  const erased = await erase('--at-sinch');
  expect(erased.document.erasures[0].counts).toMatchObject({ 'sinch.messages': 2 });
  expect(await listed(sinch, 'DISPATCH_SOURCE')).toHaveLength(1);
});

it('where Sinch fails, the person is erased here, and the same command does the rest there', async () => {
  const faults = { unavailable: 0.85 };
  const faultyOperations = ['delete-contact', 'delete-conversation'] as const;
  const { sinch, erase } = await openSinch({ faults, faultyOperations });
  await writeAll(sinch, [phone]);
  let runs = 0;
  let ended = await erase('--at-sinch');
  while (ended.code !== 0 && runs < 100) {
    expect(ended).toMatchObject({ code: 3, document: { error: { code: 'sinch-api' } } });
    runs += 1;
    ended = await erase('--at-sinch');
  }
  expect(ended.code).toBe(0);
  expect(runs).toBeGreaterThan(0);
  expect(await listed(sinch)).toEqual([]);
  const { rows } = await cli.database.pool.query('SELECT state FROM erasure');
  expect(rows).toEqual([{ state: 'DONE' }]);
});

it('continue reports the erasure that fails at Sinch, and the others that ended', async () => {
  const faults = { unavailable: 1 };
  const { sinch, erase, env } = await openSinch({ faults, faultyOperations: ['delete-contact'] });
  await writeAll(sinch, [phone]);
  expect(await erase('--at-sinch')).toMatchObject({ code: 3 });
  const refuse = 'ALTER TABLE message ADD CONSTRAINT refuse CHECK (text IS NOT NULL) NOT VALID';
  await writeAll(sinch, ['46709990002']);
  await cli.database.pool.query(refuse);
  const other = ['erase', '--phone', '46709990002', '--no-stack'];
  await expect(callbacksHere(other, env)).rejects.toThrow('refuse');
  await cli.database.pool.query('ALTER TABLE message DROP CONSTRAINT refuse');
  const args = ['erase', '--continue', '--at-sinch', '--no-stack', '--json'];
  const { code, stdout } = await callbacksHere(args, env, '', {
    firstPauseMs: 1,
    longestPauseMs: 4,
  });
  expect({ code, document: JSON.parse(stdout) }).toMatchObject({
    code: 1,
    document: { erasures: [{ isComplete: true }], failed: [{ code: 'sinch-api' }] },
  });
});

it('after an erasure without it, the same command with it deletes the person at Sinch', async () => {
  const { sinch, erase } = await openSinch();
  await writeAll(sinch, [phone, '46709990002']);
  expect(await erase()).toMatchObject({ code: 0 });
  expect(await listed(sinch)).toHaveLength(2);
  const dry = await erase('--at-sinch', '--dry-run');
  expect(dry.document.counts).toMatchObject({ 'sinch.conversations': 1, 'sinch.contacts': 1 });
  expect(await erase('--at-sinch')).toMatchObject({ code: 0 });
  expect(await listed(sinch)).toHaveLength(1);
  const again = await erase('--at-sinch');
  expect(again.document.erasures[0].counts).toMatchObject({ 'sinch.absent': 2 });
});

it('the CONTACT_DELETE that follows brings nothing back', async () => {
  const { sinch, erase } = await openSinch();
  await writeAll(sinch, [phone]);
  const [contact] = (await cli.database.prisma.contact.findMany()).map((row) => row.sinchContactId);
  expect(await erase('--at-sinch')).toMatchObject({ code: 0 });
  const at = new Date(Date.now() + 60_000).toISOString();
  const body = {
    app_id: '',
    accepted_time: at,
    contact_delete_notification: {
      contact: {
        id: contact,
        display_name: 'Zephyrine Quill',
        channel_identities: [{ channel: 'SMS', identity: phone, app_id: '' }],
      },
    },
  };
  await writeBody('CONTACT_DELETE', contact ?? '', body, at);
  const [row] = await cli.database.prisma.contact.findMany();
  expect(row).toMatchObject({ displayName: null, deletedAt: new Date(at) });
  // A later opt-out of the contact needs it.
  expect(
    await cli.database.prisma.contactIdentity.findMany({
      select: { identity: true, channelIdentity: true },
    }),
  ).toEqual([{ identity: expect.stringMatching(/^erased:[0-9a-f]{64}$/), channelIdentity: null }]);
  const events = await cli.database.pool.query('SELECT raw_body FROM callback_event');
  expect(JSON.stringify(events.rows)).not.toContain(phone);
});

it('without the variables of Sinch, or with those of another region, nothing is erased', async () => {
  const { sinch, env, erase } = await openSinch();
  await writeAll(sinch, [phone]);
  const { SINCH_PROJECT_ID: _, ...withoutProject } = env;
  const wrong = [
    [withoutProject, 'SINCH_PROJECT_ID', 2],
    [{ ...env, SINCH_APP_ID: 'of-another-region' }, 'another region', 1],
  ] as const;
  for (const [environment, words, code] of wrong) {
    const args = ['erase', '--phone', phone, '--at-sinch', '--no-stack'];
    const ended = await callbacksHere(args, environment);
    expect(ended).toMatchObject({ code, stderr: expect.stringContaining(words) });
  }
  expect((await cli.database.pool.query('SELECT FROM erasure')).rowCount).toBe(0);
  expect(await erase('--lift', '--at-sinch')).toMatchObject({ code: 2 });
});
