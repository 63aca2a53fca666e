import { expect, it } from 'vitest';
import { callbacksHere, useCli } from '../harness/cli-harness.ts';
import { recordLetters } from '../harness/letters.ts';
import { eventOfBody, store } from '../harness/stored-bodies.ts';

const cli = useCli();

const at = (second: number) => `2026-11-23T18:00:${String(second).padStart(2, '0')}Z`;

/** A message that a contact wrote. */
function inbound(n: number, more: object = {}): object {
  return {
    app_id: '01APP',
    correlation_id: 'corr-1',
    message: {
      id: `01IN${n}`,
      accept_time: at(n),
      contact_message: { text_message: { text: 'my secret' } },
      channel_identity: { channel: 'SMS', identity: '46 70123' },
      conversation_id: '01TALK',
      contact_id: '01PERSON',
      ...more,
    },
  };
}

/** A report of a message that was sent in DISPATCH mode: without contact and conversation. */
function dispatched(n: number): object {
  return {
    app_id: '01APP',
    accepted_time: at(n),
    event_time: at(n),
    message_delivery_report: {
      message_id: `01OUT${n}`,
      conversation_id: '',
      contact_id: '',
      status: 'DELIVERED',
      processing_mode: 'DISPATCH',
      channel_identity: { channel: 'SMS', identity: '+4670123' },
      metadata: JSON.stringify({ order: 4711, _batch_id: '01BATCH' }),
    },
  };
}

async function find(text: string, ...args: string[]) {
  const all = ['find', '--no-stack', '--json', ...args, '--', text];
  const { code, stdout } = await callbacksHere(all, cli.env);
  const document = JSON.parse(stdout);
  const kinds = (document.takenFor ?? []).map(({ kind }: { kind: string }) => kind);
  const ids = (document.entries ?? []).map(({ id }: { id: string }) => id);
  return { code, kinds, ids, document };
}

it('finds messages by number in any spelling, the newest first, those of DISPATCH mode included', async () => {
  await store(cli, inbound(1), dispatched(2), inbound(3));
  for (const typed of ['+4670123', '004670123', '46 70-123']) {
    expect(await find(typed)).toMatchObject({
      code: 0,
      kinds: ['identity'],
      ids: ['01IN3', '01OUT2', '01IN1'],
      document: { takenFor: [{ contacts: ['01PERSON'] }], hasMore: false },
    });
  }
  expect(await find('+4670123', '--limit', '2')).toMatchObject({
    ids: ['01IN3', '01OUT2'],
    document: { hasMore: true },
  });
});

it('says what it took a text for: contact, conversation, message, batch, correlation id or metadata', async () => {
  await store(cli, inbound(1), dispatched(2));
  expect(await find('01PERSON')).toMatchObject({ kinds: ['contact'], ids: ['01IN1'] });
  expect(await find('01TALK')).toMatchObject({ kinds: ['conversation'], ids: ['01IN1'] });
  expect(await find('01OUT2')).toMatchObject({ kinds: ['message'], ids: ['01OUT2'] });
  expect(await find('corr-1')).toMatchObject({ kinds: ['correlation id'], ids: ['01IN1'] });
  expect(await find('01BATCH')).toMatchObject({ kinds: ['batch'], ids: ['01OUT2'] });
  expect(await find('{"order":4711}')).toMatchObject({ kinds: ['metadata'], ids: ['01OUT2'] });
  expect(await find('unknown')).toMatchObject({ code: 1, kinds: [], ids: [] });
});

it('a text that is several things is said to be all of them, and nothing is listed twice', async () => {
  const out = dispatched(2) as { message_delivery_report: object };
  await store(cli, {
    ...out,
    message_delivery_report: { ...out.message_delivery_report, metadata: '4670123' },
  });
  const { kinds, document } = await find('4670123');
  expect(kinds.toSorted()).toEqual(['identity', 'metadata']);
  expect(document.entries).toMatchObject([{ id: '01OUT2', foundAs: ['identity', 'metadata'] }]);
});

it('a contact is found by every id that was merged into it', async () => {
  await store(cli, inbound(1), inbound(2, { contact_id: '01LIVES' }), {
    contact_merge_notification: {
      preserved_contact: { id: '01LIVES' },
      deleted_contact: { id: '01PERSON' },
    },
  });
  for (const id of ['01PERSON', '01LIVES']) {
    expect(await find(id)).toMatchObject({
      ids: ['01IN2', '01IN1'],
      document: { takenFor: [{ kind: 'contact', contacts: ['01LIVES'] }] },
    });
  }
});

it('finds callbacks by the beginning of their key or digest, and dead ones by what they are about', async () => {
  const [key = ''] = await store(cli, dispatched(2));
  const dead = eventOfBody(dispatched(3));
  await recordLetters(cli, [dead]);
  for (const typed of [key, key.slice(0, -20), key.slice(-32), key.slice(-32, -20).toUpperCase()]) {
    const found = await find(typed);
    expect(found.kinds).toContain('event key');
    expect(found.document.entries).toContainEqual(
      expect.objectContaining({ entry: 'CALLBACK', id: key, status: 'APPLIED' }),
    );
  }
  expect((await find('MESSAGE_DELIVERY.01OUT')).ids.toSorted()).toEqual([dead.key, key].toSorted());
  expect(await find('01OUT3')).toMatchObject({ kinds: ['entity'], ids: [dead.key] });
});

it('shows what people wrote only where it is asked for', async () => {
  await store(cli, inbound(1));
  expect(JSON.stringify((await find('01IN1')).document)).not.toContain('my secret');
  expect((await find('01IN1', '--text')).document.entries).toMatchObject([{ text: 'my secret' }]);
  const table = async (...args: string[]) =>
    (await callbacksHere(['find', '--no-stack', '01IN1', ...args], cli.env)).stdout;
  expect(await table()).toContain('message in');
  expect(await table()).not.toContain('my secret');
  expect(await table('--text')).toContain('my secret');
});

it('finds what is to be sent by number in any spelling, contact, key and id, until a callback names it', async () => {
  const send = async (...to: string[]) =>
    (await cli.runJson('messages', 'send', '--app', '01APP', '--text', 'my secret', ...to)).document
      .message.id;
  const id = await send('--to', 'SMS:+46 70-777', '--key', 'order-7');
  const toContact = await send('--contact', '01RECIPIENT');
  for (const text of ['+46 70777', '0046 70 777', '4670777', 'order-7', id]) {
    const found = await find(text);
    expect(found.ids).toEqual([id]);
    expect(found.document.entries[0]).toMatchObject({ entry: 'OUTBOUND', status: 'QUEUED' });
    expect(JSON.stringify(found)).not.toContain('my secret');
  }
  expect((await find('01RECIPIENT')).ids).toEqual([toContact]);
  expect((await find('order-7')).kinds).toEqual(['key']);
  expect((await find(id)).kinds).toEqual(['outbound message']);

  await store(cli, {
    app_id: '01APP',
    message_delivery_report: {
      message_id: '01SENT',
      status: 'DELIVERED',
      channel_identity: { channel: 'SMS', identity: '+4670777' },
      metadata: `sc:${id};`,
    },
  });
  for (const text of ['+46 70777', 'order-7', id])
    expect((await find(text)).ids).toEqual(['01SENT']);
});
