import { until } from '@sinch-callbacks/dev-env/processes';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type MessageToSend,
  type OutboundMessage,
  queueMessage,
  sendMessage,
} from '../src/index.ts';
import { type OutboundFixture, openOutboundFixture } from './support/outbound-fixture.ts';
import { openSenderFixture } from './support/sender-fixture.ts';

let fixture: OutboundFixture;
beforeAll(async () => {
  fixture = await openOutboundFixture();
});
afterAll(async () => await fixture.close());

let keys = 0;

async function queue(appId: string, more: Partial<MessageToSend> = {}): Promise<OutboundMessage> {
  const key = `key-${(keys += 1)}`;
  const given = { key, appId, to: 'SMS:+15551230001', message: 'Hi', ...more } as const;
  const outcome = await sendMessage(fixture.database, given);
  if (outcome.kind !== 'queued') throw new Error(outcome.kind);
  return outcome.message;
}

interface Row {
  readonly state: string;
  readonly attempts: number;
  readonly messageId: string | null;
  readonly errorClass: string | null;
  readonly error: string | null;
}

async function rowOf(id: string): Promise<Row | undefined> {
  const sql = `SELECT state, attempts, sinch_message_id AS "messageId", error_class AS "errorClass",
    error_message AS error FROM outbound WHERE id = $1::uuid`;
  return (await fixture.read<Row>(sql, [id]))[0];
}

const whenState = async (id: string, state: string) =>
  await until(async () => (await rowOf(id))?.state === state, {
    what: `a row that is ${state}`,
    timeoutMs: 60_000,
  });

describe('a queued message', () => {
  it('is at the phone once, with its marker and the caller’s metadata, and its row has its id', async () => {
    const { appId, api } = await openSenderFixture(fixture);
    const settings = { message_metadata: 'order-7' };
    const { id } = await queue(appId, { settings });
    await whenState(id, 'SENT');
    const { messageId, ...row } = (await rowOf(id)) ?? {};
    expect(row).toEqual({ state: 'SENT', attempts: 1, errorClass: null, error: null });
    const phone = api.truth().phones['SMS:15551230001'];
    const failed = false;
    const metadata = `sc:${id};order-7`;
    expect(phone).toEqual([{ messageId, metadata, text: 'Hi', failed }]);
  });

  it('leaves after those that were queued for its recipient before, one at a time', async () => {
    const { appId, api, sent, problems } = await openSenderFixture(fixture, {
      seed: 'in order',
      faults: { tooManyRequests: 0.1 },
      faultyOperations: ['send-message'],
    });
    const texts = Array.from({ length: 30 }, (_, index) => `${index}`);
    const ids = [];
    for (const message of texts) ids.push((await queue(appId, { message })).id);
    await whenState(ids.at(-1) ?? '', 'SENT');
    expect(problems).toEqual([]);
    expect(new Set(sent.map(({ state }) => state))).toEqual(new Set(['QUEUED', 'SENT']));
    expect(api.truth().phones['SMS:15551230001']?.map(({ text }) => text)).toEqual(texts);
  });

  it('that Sinch refuses is REFUSED, with Sinch’s reason, and holds nothing back', async () => {
    const { appId } = await openSenderFixture(fixture);
    const refused = await queue(appId, { message: '' });
    const next = await queue(appId);
    await whenState(next.id, 'SENT');
    const row = await rowOf(refused.id);
    expect(row).toMatchObject({ state: 'REFUSED', errorClass: 'refused', messageId: null });
    expect(row?.error).toContain('INVALID_ARGUMENT');
  });

  it('whose answer is lost is UNCERTAIN, is never sent again, and SENT by a callback', async () => {
    const { appId, api, markers } = await openSenderFixture(fixture, {
      faults: { lostAnswers: 1 },
      faultyOperations: ['send-message'],
    });
    const { id } = await queue(appId);
    await whenState(id, 'UNCERTAIN');
    const [messageId] = markers().get(id) ?? [];
    const next = await queue(appId);
    await whenState(next.id, 'UNCERTAIN');
    expect([...markers().values()].map((ids) => ids.length)).toEqual([1, 1]);
    await fixture.apply({
      app_id: appId,
      message_submit_notification: { message_id: messageId, metadata: `sc:${id};` },
    });
    expect(await rowOf(id)).toMatchObject({ state: 'SENT', messageId, attempts: 1 });
    expect(api.truth().requests['send-message']).toEqual({ 'lost-answer': 2 });
  });

  it('that is UNCERTAIN is found in the list of an app that keeps messages', async () => {
    const { appId, markers } = await openSenderFixture(fixture, {
      projects: [{ apps: [{ dispatchRetentionDays: 7 }] }],
      faults: { lostAnswers: 1 },
      faultyOperations: ['send-message'],
    });
    const { id } = await queue(appId);
    await whenState(id, 'UNCERTAIN');
    await fixture.read('UPDATE outbound SET look_up_at = now() WHERE id = $1::uuid', [id]);
    await whenState(id, 'SENT');
    expect(await rowOf(id)).toMatchObject({ messageId: markers().get(id)?.[0], attempts: 1 });
  });

  it('that is UNCERTAIN is sent again where its caller asked for it', async () => {
    const { appId, markers } = await openSenderFixture(fixture, {
      faults: { lostAnswers: 1 },
      faultyOperations: ['send-message'],
    });
    const { id } = await queue(appId, { onUncertain: 'resend' });
    await until(async () => ((await rowOf(id))?.attempts ?? 0) >= 2, { what: 'a second try' });
    await until(() => (markers().get(id)?.length ?? 0) >= 2, { what: 'a second message' });
  });

  it('whose recipient opted out after it was queued is REFUSED without a request', async () => {
    const { appId, api } = await openSenderFixture(fixture);
    const to = 'SMS:+1 555 123 0002';
    const first = await queue(appId, { to });
    await whenState(first.id, 'SENT');
    const id = await queuedBehindOptOut(appId, to);
    await whenState(id, 'REFUSED');
    expect(await rowOf(id)).toMatchObject({ errorClass: 'opted-out' });
    expect(api.truth().phones['SMS:15551230002']).toHaveLength(1);
  });
});

/** Queues a message in a transaction that commits after the opt-out has come. */
async function queuedBehindOptOut(appId: string, to: `${string}:${string}`): Promise<string> {
  return await fixture.database.prisma.$transaction(async (tx) => {
    const given = { key: `key-${(keys += 1)}`, appId, to, message: 'Hi' };
    const outcome = await queueMessage(tx, given);
    if (outcome.kind !== 'queued') throw new Error(outcome.kind);
    await fixture.apply({
      app_id: appId,
      event_time: new Date().toISOString(),
      opt_out_notification: {
        channel: 'SMS',
        identity: '15551230002',
        status: 'OPT_OUT_SUCCEEDED',
      },
    });
    return outcome.message.id;
  });
}

it('a process that ended while it was sending leaves a message that may have been sent', async () => {
  const { appId, markers } = await openSenderFixture(fixture);
  const { id } = await queue(appId, { to: 'SMS:+15551230003' });
  await whenState(id, 'SENT');
  await fixture.read(
    `UPDATE outbound SET state = 'SENDING', sinch_message_id = NULL, settled_at = NULL,
       holder = gen_random_uuid(), held_until = now() WHERE id = $1::uuid`,
    [id],
  );
  await whenState(id, 'UNCERTAIN');
  expect(await rowOf(id)).toMatchObject({ errorClass: 'holder-lost', attempts: 1 });
  expect(markers().get(id)).toHaveLength(1);
});

it('after a 429 no message leaves before the time that Sinch asks for', async () => {
  const { appId, api, sent } = await openSenderFixture(fixture, {
    retryAfterSeconds: 2,
    faults: { tooManyRequests: 1 },
    faultyOperations: ['send-message'],
  });
  const startedAt = performance.now();
  const first = await queue(appId, { to: 'SMS:+15551230004' });
  await until(() => sent.length > 0, { what: 'a first 429' });
  await queue(appId, { to: 'SMS:+15551230005' });
  await until(() => sent.length > 1, { what: 'a second 429' });
  expect(performance.now() - startedAt).toBeGreaterThan(2_000);
  expect(sent[0]).toMatchObject({ message: { id: first.id }, errorClass: 'rate-limited' });
  expect(api.truth().phones).toEqual({});
});

it('nothing is sent while the app cannot be read', async () => {
  const { appId, problems, api } = await openSenderFixture(fixture, {
    faults: { unavailable: 1 },
    faultyOperations: ['get-app'],
  });
  const { id } = await queue(appId);
  await until(() => problems.length > 0, { what: 'a failed reading' });
  expect(await rowOf(id)).toMatchObject({ state: 'QUEUED', attempts: 0 });
  expect(api.truth().requests['send-message']).toBeUndefined();
});
