import { type CallbackEvent, decideEvent, encodeRawBody, eventKey } from '@sinch-callbacks/core';
import {
  createEventWriter,
  type Database,
  openDatabase,
  recordDeadLetter,
} from '@sinch-callbacks/db';
import { createDatabase } from '@sinch-callbacks/dev-env/servers';
import type {} from '@sinch-callbacks/dev-env/vitest';
import { SinchApiError } from '@sinch-callbacks/sinch-api';
import { beforeEach, describe, expect, inject, it } from 'vitest';
import { type KeptMessages, type ReconcileFinding, reconcile } from '../src/index.ts';

let database: Database;
beforeEach(async () => {
  const template = inject('migratedDatabase');
  const { url, drop } = await createDatabase(inject('postgresUrl'), undefined, { template });
  database = openDatabase({ url });
  return async () => {
    await database.close();
    await drop();
  };
});

const kept: KeptMessages = {
  processingMode: 'DISPATCH',
  stores: [{ source: 'DISPATCH_SOURCE', days: 7 }],
  sendsInbound: true,
  sendsSubmits: true,
};

const range = {
  appId: '01APP',
  projectId: 'project',
  kept,
  since: new Date('2026-01-02T00:00:00Z'),
  until: new Date('2026-01-02T06:00:00Z'),
};

const listed = (id: string, more: object = {}) => ({
  id,
  direction: 'TO_APP',
  contact_message: { text_message: { text: `hello ${id}` } },
  channel_identity: { channel: 'SMS', identity: '15551230001' },
  accept_time: '2026-01-02T03:00:00Z',
  ...more,
});
const sent = (id: string, more: object = {}) =>
  listed(id, {
    direction: 'TO_CONTACT',
    contact_message: undefined,
    app_message: { text_message: { text: 'Hi' } },
    ...more,
  });

/** A list of these pages; an error in place of a page is thrown. */
function listOf(...pages: readonly (readonly unknown[] | Error)[]) {
  const list = async ({ page_token: token = '0' }: { readonly page_token?: string }) => {
    const page = pages[Number(token)] ?? [];
    if (page instanceof Error) throw page;
    const next = Number(token) + 1;
    return {
      messages: page as never,
      nextPageToken: next < pages.length ? String(next) : undefined,
    };
  };
  return { messages: { list, send: () => Promise.reject(new Error('not here')) } };
}

/** Reconciles, and returns the findings with the events that were queued. */
async function run(api: ReturnType<typeof listOf>, given = range) {
  const queued: CallbackEvent[] = [];
  const producer = {
    enqueue: async (event: CallbackEvent) => {
      queued.push(event);
      return { kind: 'queued' } as const;
    },
  };
  const found: ReconcileFinding[] = [];
  const failure = await reconcile({ database, api, producer }, given, (one) => void found.push(one))
    .then(() => undefined)
    .catch((error: unknown) => error);
  return { found, queued, failure };
}

async function apply(...events: readonly CallbackEvent[]) {
  const writer = createEventWriter(database, () => new Date());
  return await writer.write(
    events.map((event) => {
      const decision = decideEvent(event);
      if (decision.kind === 'refuse') throw new Error(decision.reason);
      return { event, decision, attempts: 1 };
    }),
  );
}

/** The event of a callback that came from Sinch. */
function callback(
  trigger: 'MESSAGE_INBOUND' | 'MESSAGE_DELIVERY',
  id: string,
  body: object,
): CallbackEvent {
  const rawBody = encodeRawBody(Buffer.from(JSON.stringify(body)));
  const key = eventKey(trigger, id, Buffer.from(rawBody.text));
  return {
    key,
    trigger,
    entityId: id,
    rawBody,
    receivedAt: new Date().toISOString(),
    signature: undefined,
  };
}
const inboundCallback = (id: string) =>
  callback('MESSAGE_INBOUND', id, { correlation_id: 'c', message: listed(id) });

const read = async (sql: string) => (await database.pool.query(sql)).rows as object[];
const ids = (found: readonly ReconcileFinding[]) =>
  found.map(({ kind, messageId }) => [kind, messageId]);

describe('reconcile', () => {
  it('changes nothing where the callback came after the event was queued, and before it is applied', async () => {
    const { queued } = await run(listOf([listed('A')]));
    await apply(inboundCallback('A'));
    const rows =
      'SELECT text, status, conversation_metadata, correlation_id, content_stamp, status_stamp, happened_at FROM message';
    const before = await read(rows);
    expect(await apply(...queued)).toEqual([{ kind: 'applied' }]);
    expect(await read(rows)).toEqual(before);
    expect((await run(listOf([listed('A')]))).found).toEqual([]);
  });

  it('takes a message for missed that only its delivery reports have named', async () => {
    const report = { message_delivery_report: { message_id: 'S', status: 'DELIVERED' } };
    await apply(callback('MESSAGE_DELIVERY', 'S', report));
    const { found, queued } = await run(listOf([sent('S')]));
    expect(ids(found)).toEqual([['submit', 'S']]);
    await apply(...queued);
    expect(await read('SELECT status, text FROM message')).toEqual([
      { status: 'DELIVERED', text: 'Hi' },
    ]);
  });

  it('compares no message to a contact where no webhook has MESSAGE_SUBMIT', async () => {
    const without = { ...range, kept: { ...kept, sendsSubmits: false } };
    expect((await run(listOf([sent('S'), listed('A')]), without)).queued).toHaveLength(1);
  });

  it('leaves a callback that is a dead letter to its operator', async () => {
    await recordDeadLetter(database, {
      event: inboundCallback('A'),
      replay: 0,
      errorClass: 'permanent',
      errorMessage: 'refused',
      stack: undefined,
      attempts: [],
      deadAt: new Date(),
    });
    expect((await run(listOf([listed('A')]))).found).toEqual([]);
  });

  it('reports each message that no event can be made of, and compares the rest', async () => {
    const odd = [
      null,
      7,
      {},
      listed('B', { direction: 'SIDEWAYS' }),
      listed('C', { contact_message: null }),
      listed('D', { metadata: { a: 1 } }),
    ];
    const { found, queued, failure } = await run(listOf(odd, [listed('E')]));
    expect(failure).toBeUndefined();
    expect(ids(found).filter(([kind]) => kind === 'unusable')).toEqual([
      ['unusable', undefined],
      ['unusable', undefined],
      ['unusable', undefined],
      ['unusable', 'B'],
      ['unusable', 'C'],
    ]);
    expect(queued.map(({ entityId }) => entityId)).toEqual(['D', 'E']);
  });

  it('has done what it reported before Sinch fails, and a second run does the rest', async () => {
    const facts = { status: 503, rpcStatus: 'UNAVAILABLE', certainty: 'unknown' } as const;
    const error = new SinchApiError({ ...facts, message: 'planted', operation: 'messages.list' });
    const first = await run(listOf([listed('A')], error));
    expect(first.failure).toBe(error);
    expect(ids(first.found)).toEqual([['inbound', 'A']]);
    await apply(...first.queued);
    const second = await run(listOf([listed('A')], [listed('B')]));
    expect(ids(second.found)).toEqual([['inbound', 'B']]);
  });

  it('that ends at a bound says until when the next one has to compare, for all stores', async () => {
    const page = (time: string) => [listed(time, { accept_time: `2026-01-02T0${time}:00:00.5Z` })];
    const stuck = (time: string) => ({ messages: page(time) as never, nextPageToken: 'same' });
    const list = async ({ messages_source: source }: { readonly messages_source: string }) =>
      stuck(source === 'DISPATCH_SOURCE' ? '4' : '3');
    const api = { messages: { ...listOf().messages, list } };
    const stores = [...kept.stores, { source: 'CONVERSATION_SOURCE', days: 180 } as const];
    const given = { ...range, kept: { ...kept, stores } };
    const end = await reconcile({ database, api, producer: undefined }, given, () => undefined);
    const goOnUntil = new Date('2026-01-02T04:00:01.500Z');
    expect(end).toEqual({ compared: 4, isComplete: false, goOnUntil });
  });

  it('settles an uncertain message by its marker, and no other', async () => {
    const [uncertain, refused] = [
      '00000000-0000-4000-8000-000000000001',
      '00000000-0000-4000-8000-000000000002',
    ];
    for (const [id, state] of [
      [uncertain, 'UNCERTAIN'],
      [refused, 'REFUSED'],
    ]) {
      await database.pool.query(insertOutbound, [id, state]);
    }
    const marked = [uncertain, refused].map((id) => sent(`M${id}`, { metadata: `sc:${id};` }));
    const { found } = await run(listOf(marked), {
      ...range,
      kept: { ...kept, sendsSubmits: false },
    });
    expect(found).toEqual([
      { kind: 'uncertain', messageId: `M${uncertain}`, outboundId: uncertain },
    ]);
    expect(await read('SELECT state, sinch_message_id AS id FROM outbound ORDER BY id')).toEqual(
      expect.arrayContaining([
        { state: 'SENT', id: `M${uncertain}` },
        { state: 'REFUSED', id: null },
      ]),
    );
  });
});

const insertOutbound = `
INSERT INTO outbound (id, key, state, app_id, lane, identities, content_digest, request)
VALUES ($1::uuid, $1::text, $2::outbound_state, '01APP', '', '{}', '', '{}')`;
