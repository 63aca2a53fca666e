import { describe, expect, test } from 'vitest';
import { openApi } from '../../../test/api-client.ts';
import { messageKinds } from './send-problem.ts';

const sms = { channel: 'SMS', identity: '15551234567' };
const to = (...identities: readonly object[]) => ({
  recipient: { identified_by: { channel_identities: identities } },
});
const x = (length: number) => 'x'.repeat(length);

describe('a send', () => {
  test.each([
    ['no recipient', { recipient: undefined }, 400],
    ['an empty list of identities', to(), 400],
    ['an identity without a channel', to({ identity: '1' }), 400],
    ['an unknown channel', to({ channel: 'PIGEON', identity: '1' }), 400],
    ['a contact and identities', { recipient: { ...to(sms).recipient, contact_id: 'c' } }, 400],
    ['no message', { message: undefined }, 400],
    ['an empty message', { message: {} }, 400],
    ['two kinds', { message: { text_message: { text: 'a' }, card_message: { title: 'b' } } }, 400],
    ['an empty text', { message: { text_message: { text: '' } } }, 400],
    ['a text that is no object', { message: { text_message: 'a' } }, 400],
    ['1,024 characters of metadata', { message_metadata: x(1_024) }, 200],
    ['more metadata', { message_metadata: x(1_025) }, 400],
    ['metadata that is no text', { message_metadata: {} }, 400],
    ['2,048 characters of conversation metadata', { conversation_metadata: { a: x(2_040) } }, 200],
    ['more conversation metadata', { conversation_metadata: { a: x(2_041) } }, 400],
    ['conversation metadata that is a text', { conversation_metadata: '{}' }, 400],
    ['a correlation id of 128', { correlation_id: x(128) }, 200],
    ['a longer correlation id', { correlation_id: x(129) }, 400],
    ['a ttl of 3 s', { ttl: '3s' }, 200],
    ['a shorter ttl', { ttl: '2s' }, 400],
    ['a ttl without a unit', { ttl: 10 }, 400],
    ['an unknown queue', { queue: 'LOW_PRIORITY' }, 400],
    ['the other queue', { queue: 'HIGH_PRIORITY' }, 200],
    ['an unknown strategy', { processing_strategy: 'CONVERSATION' }, 400],
    ['an unknown content type', { message_content_type: 'SPAM' }, 400],
    ['a callback_url that is none', { callback_url: 'callbacks' }, 400],
    ['an order of other channels', { channel_priority_order: ['RCS'] }, 400],
    ['an order of unknown channels', { channel_priority_order: ['PIGEON'] }, 400],
    ['a long channel property', { channel_properties: { SMS_SENDER: x(1_025) } }, 400],
    ['no app', { app_id: undefined }, 404],
    ['a contact, in DISPATCH', { recipient: { contact_id: 'c' } }, 400],
  ])('with %s is answered as documented', async (_, change, expected) => {
    const { api, sendText } = await openApi();
    const { status, body } = await sendText('Hello', change);
    expect(status).toBe(expected);
    if (status !== 200) expect(body.error).toMatchObject({ code: expected, details: [] });
    expect(Object.keys(api.truth().phones)).toHaveLength(status === 200 ? 1 : 0);
  });

  test.each(messageKinds)('takes a %s', async (kind) => {
    const { sendText } = await openApi();
    const { status } = await sendText('', { message: { [kind]: { text: 'a', title: 'b' } } });
    expect(status).toBe(200);
  });

  test('goes to the first channel of the order that the recipient has', async () => {
    const { api, sendText } = await openApi();
    const rcs = { channel: 'RCS', identity: '2' };
    await sendText('Hello', { ...to(sms, rcs), channel_priority_order: ['WHATSAPP', 'RCS'] });
    expect(Object.keys(api.truth().phones)).toEqual(['RCS:2']);
  });

  test('reaches a contact that a person opened, and no unknown one', async () => {
    const { api, sendText, request } = await openApi({
      projects: [{ apps: [{ mode: 'CONVERSATION' }] }],
    });
    api.receiveInbound({ ...sms, text: 'Hi' });
    const [inbound] = (await request('GET', 'messages')).body.messages;
    const contact = { recipient: { contact_id: inbound.contact_id } };
    expect((await sendText('Hello', contact)).status).toBe(200);
    expect(Object.keys(api.truth().phones)).toEqual(['SMS:15551234567']);
    expect((await sendText('Hello', { recipient: { contact_id: 'c' } })).status).toBe(404);
  });

  test('beyond the outbound queue gets 429', async () => {
    const { sendText, request, appId } = await openApi({
      projects: [{ apps: [{ outboundLimit: 2, outboundPerSecond: 1e-6 }] }],
    });
    const sent = await Promise.all(['a', 'b', 'c', 'd'].map((text) => sendText(text)));
    const statuses = sent.map(({ status }) => String(status)).toSorted();
    expect(statuses).toEqual(['200', '200', '429', '429']);
    const refused = sent.find(({ status }) => status === 429);
    expect(refused?.body.error.status).toBe('RESOURCE_EXHAUSTED');
    expect((await request('GET', `apps/${appId}`)).body.queue_stats.outbound_size).toBe(2);
  });

  test('that waits in the queue for longer than its ttl fails, and reaches no phone', async () => {
    const { api, sendText, openWebhook } = await openApi({
      projects: [{ apps: [{ outboundPerSecond: 0.1 }] }],
      delivery: { compress: 100_000 },
    });
    const webhook = await openWebhook(['MESSAGE_SUBMIT', 'MESSAGE_DELIVERY']);
    const first = await sendText('in time', { ttl: '3s' });
    const late = await sendText('late', { ttl: '3s' });
    expect([first.status, late.status]).toEqual([200, 200]);
    await api.whenSettled();
    const texts = Object.values(api.truth().phones).flat();
    expect(texts.map(({ text }) => text)).toEqual(['in time']);
    const ofLate = webhook
      .bodies()
      .filter((body) => JSON.stringify(body).includes(late.body.message_id));
    expect(ofLate).toMatchObject([
      { message_delivery_report: { status: 'FAILED', reason: { code: 'MESSAGE_EXPIRED' } } },
    ]);
  });

  test('beyond the rate of the project gets 429, with Retry-After where that is asked for', async () => {
    const { request } = await openApi({ requestsPerSecond: 1, retryAfterSeconds: 3 });
    const answers = await Promise.all(Array.from({ length: 10 }, () => request('GET', 'messages')));
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused.length).toBeGreaterThan(4);
    expect(refused[0]?.headers.get('retry-after')).toBe('3');
  });

  test('that is not JSON, or too long, is refused', async () => {
    const { request } = await openApi();
    expect((await request('POST', 'messages:send', [])).status).toBe(400);
    expect((await request('POST', 'messages:send', { x: x(1_100_000) })).status).toBe(400);
    expect((await request('POST', 'messages:sent', {})).status).toBe(404);
  });
});
