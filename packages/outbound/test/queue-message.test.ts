import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type MessageToSend, queueMessage, sendMessage } from '../src/index.ts';
import { type OutboundFixture, openOutboundFixture } from './support/outbound-fixture.ts';

let fixture: OutboundFixture;
beforeAll(async () => {
  fixture = await openOutboundFixture();
});
afterAll(async () => await fixture.close());

let keys = 0;
const messageTo = (to: MessageToSend['to'], more: Partial<MessageToSend> = {}): MessageToSend => ({
  key: `key-${(keys += 1)}`,
  appId: '01APP',
  to,
  message: 'Hi',
  ...more,
});
const send = async (given: MessageToSend) => await sendMessage(fixture.database, given);

describe('a key', () => {
  it('with the same content is the same message, however often and at once it is given', async () => {
    const given = messageTo('SMS:+15551230001');
    const outcomes = await Promise.all(Array.from({ length: 20 }, async () => await send(given)));
    const kinds = outcomes.map(({ kind }) => kind).toSorted();
    expect(kinds).toEqual([...Array.from({ length: 19 }, () => 'known'), 'queued']);
    const ids = outcomes.map((one) => ('message' in one ? one.message.id : ''));
    expect(new Set(ids).size).toBe(1);
  });

  it('with other content is refused, and names the message that has it', async () => {
    const given = messageTo('SMS:+15551230002');
    const first = await send(given);
    const other = await send({ ...given, message: 'Hi!' });
    expect(first.kind).toBe('queued');
    expect(other).toEqual({ ...first, kind: 'key-taken' });
    expect(await send({ ...given, appId: '01OTHER' })).toMatchObject({ kind: 'queued' });
  });

  it('in a transaction that rolls back queues nothing', async () => {
    const given = messageTo('SMS:+15551230003');
    const undone = fixture.database.prisma.$transaction(async (tx) => {
      expect(await queueMessage(tx, given)).toMatchObject({ kind: 'queued' });
      throw new Error('undone');
    });
    await expect(undone).rejects.toThrow('undone');
    expect(await send(given)).toMatchObject({ kind: 'queued' });
  });

  it('that was queued before is answered also after an opt-out', async () => {
    const given = messageTo('SMS:+15551230004');
    await send(given);
    await optOut({ channel: 'SMS', identity: '15551230004' });
    expect(await send(given)).toMatchObject({ kind: 'known' });
    expect(await send({ ...given, key: 'new' })).toMatchObject({ kind: 'opted-out' });
  });
});

describe('an opt-out', () => {
  it.each([
    'SMS:15551230010',
    'SMS:+1 (555) 123-0010',
    'SMS:0015551230010',
    'SMS:tel:+1-555-123-0010',
  ] as const)('of 15551230010 refuses %s, with the consent that says so', async (to) => {
    await optOut({ channel: 'SMS', identity: '+15551230010' });
    const optOuts = [{ appId: '01APP', channel: 'SMS', identity: '15551230010' }];
    const refused = await send(messageTo(to));
    expect(refused).toMatchObject({ kind: 'opted-out', optOuts });
    expect('optOuts' in refused && refused.optOuts[0]?.since).toEqual(optedOutAt);
    expect(await send(messageTo(to, { allowOptedOut: true }))).toMatchObject({ kind: 'queued' });
  });

  it('of one identity refuses a message that could be sent to it', async () => {
    await optOut({ channel: 'SMS', identity: '15551230011' });
    const both = [
      { channel: 'RCS', identity: '+15551230011' },
      { channel: 'SMS', identity: '+15551230011' },
    ];
    expect(await send(messageTo(both))).toMatchObject({ kind: 'opted-out' });
    const settings = { channel_priority_order: ['RCS'] };
    expect(await send(messageTo(both, { settings }))).toMatchObject({ kind: 'queued' });
  });

  it('of an identity of a contact refuses a message to the contact', async () => {
    await fixture.apply({
      app_id: '01APP',
      message: {
        id: '01IN',
        contact_id: '01CONTACT',
        channel_identity: { channel: 'SMS', identity: '15551230012' },
        contact_message: { text_message: { text: 'Hi' } },
      },
    });
    const given = messageTo({ contactId: '01CONTACT' });
    expect(await send(given)).toMatchObject({ kind: 'queued' });
    await optOut({ channel: 'SMS', identity: '15551230012' });
    expect(await send({ ...given, key: 'after' })).toMatchObject({ kind: 'opted-out' });
  });

  it('of a contact without a known identity refuses a message to the contact', async () => {
    await optOut({ channel: 'SMS', contact_id: '01UNKNOWN' });
    const to = { contactId: '01UNKNOWN' };
    expect(await send(messageTo(to))).toMatchObject({ kind: 'opted-out' });
  });

  it('that was taken back refuses nothing', async () => {
    const identity = '15551230013';
    await optOut({ channel: 'SMS', identity });
    const at = { app_id: '01APP', event_time: '2026-11-27T11:00:00Z' };
    const word = { channel: 'SMS', identity, status: 'OPT_IN_SUCCEEDED' };
    await fixture.apply({ ...at, opt_in_notification: word });
    expect(await send(messageTo(`SMS:${identity}`))).toMatchObject({ kind: 'queued' });
  });
});

it.each([
  ['no key', { key: '' }],
  ['a long key', { key: 'x'.repeat(201) }],
  ['a key that cannot be stored', { key: 'a\u0000' }],
  ['no app', { appId: '' }],
  ['a recipient without a channel', { to: '+15551234567:' as const }],
  ['no identity', { to: [] }],
  ['more metadata than the marker leaves', { settings: { message_metadata: 'x'.repeat(985) } }],
  ['a text that cannot be stored', { message: 'a\u0000' }],
] as const)('%s is refused with the reason', async (_, more) => {
  const outcome = await send(messageTo('SMS:+15551230020', more));
  expect(outcome).toMatchObject({ kind: 'invalid', problem: expect.any(String) });
});

it('984 characters of metadata are queued', async () => {
  const settings = { message_metadata: 'x'.repeat(984) };
  const outcome = await send(messageTo('SMS:+15551230021', { settings }));
  expect(outcome).toMatchObject({ kind: 'queued' });
});

const optedOutAt = new Date('2026-11-27T10:00:00Z');

async function optOut(of: object): Promise<void> {
  await fixture.apply({
    app_id: '01APP',
    event_time: optedOutAt.toISOString(),
    opt_out_notification: { status: 'OPT_OUT_SUCCEEDED', ...of },
  });
}
