import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Answered, openApi } from '../../../test/api-client.ts';

const conversation = { mode: 'CONVERSATION', outboundPerSecond: 1e6 } as const;
const openWith = async (app: object, more: object = {}) =>
  await openApi({ projects: [{ apps: [app] }], ...more });

describe('the list of messages', () => {
  test('has every message once, the newest first, whatever the size of its pages', async () => {
    const { request, sendText } = await openWith(conversation, { requestsPerSecond: 1e6 });
    const sent: string[] = [];
    for (let index = 0; index < 23; index += 1) {
      sent.push((await sendText(`${index}`)).body.message_id);
    }
    const readAll = async (size: number) => {
      const pages: Answered['body'][] = [];
      // Each page has a message, so that one without an end is noticed.
      for (let token = ''; pages.length <= sent.length; ) {
        const query = token === '' ? '' : `&page_token=${token}`;
        const { body } = await request('GET', `messages?page_size=${size}${query}`);
        pages.push(body.messages);
        token = body.next_page_token;
        if (token === '') break;
        // What is sent meanwhile is on no later page.
        if (pages.length === 1) sent.push((await sendText('later')).body.message_id);
      }
      return pages;
    };
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 40 }), async (size) => {
        const expected = sent.toReversed();
        const pages = await readAll(size);
        expect(pages.flat().map(({ id }) => id)).toEqual(expected);
        expect(pages.slice(0, -1).every((page) => page.length === size)).toBe(true);
        const times = pages.flat().map(({ accept_time: at }): string => String(at));
        expect(times).toEqual(times.toSorted().toReversed());
      }),
      { numRuns: 12 },
    );
  });

  test('has 10 on a page unless asked, and at most 1,000', async () => {
    const { request, sendText } = await openWith(conversation);
    for (let index = 0; index < 11; index += 1) await sendText('a');
    expect((await request('GET', 'messages')).body.messages).toHaveLength(10);
    expect((await request('GET', 'messages?page_size=1000')).body.messages).toHaveLength(11);
    for (const wrong of ['page_size=1001', 'page_size=0', 'page_size=x', 'page_token=x']) {
      expect((await request('GET', `messages?${wrong}`)).status).toBe(400);
    }
  });

  test('carries the metadata of the send, and its status only where that is kept', async () => {
    const delivery = { compress: 100_000 };
    const plain = await openWith(conversation, { delivery });
    const keeping = await openWith({ ...conversation, persistsMessageStatus: true }, { delivery });
    for (const { api, sendText } of [plain, keeping]) {
      await sendText('Hello', { message_metadata: 'row 1' });
      await api.whenSettled();
    }
    const [one] = (await plain.request('GET', 'messages')).body.messages;
    expect(one).toMatchObject({
      direction: 'TO_CONTACT',
      metadata: 'row 1',
      app_message: { text_message: { text: 'Hello' } },
      processing_mode: 'CONVERSATION',
    });
    expect(one).not.toHaveProperty('message_status');
    const [other] = (await keeping.request('GET', 'messages')).body.messages;
    expect(other.message_status.status).toBe('DELIVERED');
  });

  test('of a DISPATCH app is empty by default, and without its source', async () => {
    const forgetting = await openWith({ mode: 'DISPATCH' });
    const keeping = await openWith({ mode: 'DISPATCH', dispatchRetentionDays: 1 });
    const count = async ({ request }: typeof keeping, query: string) =>
      (await request('GET', `messages?${query}`)).body.messages.length;
    for (const { api, sendText } of [forgetting, keeping]) {
      await sendText('Hello');
      api.receiveInbound({ channel: 'SMS', identity: '1', text: 'Hi' });
    }
    const source = 'messages_source=DISPATCH_SOURCE';
    expect(await count(forgetting, source)).toBe(0);
    expect(await count(forgetting, '')).toBe(0);
    expect(await count(keeping, '')).toBe(0);
    expect(await count(keeping, source)).toBe(2);
    expect(await count(keeping, `${source}&only_recipient_originated=true`)).toBe(1);
  });

  test('of a CONVERSATION app has DISPATCH_ONLY sends in the other source', async () => {
    const { request, sendText } = await openWith({ ...conversation, dispatchRetentionDays: 1 });
    await sendText('Hello', { processing_strategy: 'DISPATCH_ONLY' });
    expect((await request('GET', 'messages')).body.messages).toEqual([]);
    const other = await request('GET', 'messages?messages_source=DISPATCH_SOURCE');
    expect(other.body.messages).toHaveLength(1);
  });

  test('forgets what is older than the retention', async () => {
    let now = new Date('2026-03-01T00:00:00Z');
    const app = { ...conversation, retentionDays: 2 };
    const { request, sendText } = await openWith(app, { clock: () => now, tokenSeconds: 1e6 });
    await sendText('old');
    now = new Date('2026-03-02T23:00:00Z');
    await sendText('new');
    const count = async () => (await request('GET', 'messages')).body.messages.length;
    expect(await count()).toBe(2);
    now = new Date('2026-03-03T01:00:00Z');
    expect(await count()).toBe(1);
  });

  test('is filtered by time, identity, channel, contact and direction', async () => {
    let now = new Date('2026-03-01T00:00:00Z');
    const { api, request, sendText, appId } = await openWith(conversation, { clock: () => now });
    await sendText('first');
    now = new Date('2026-03-01T00:10:00Z');
    const { messageId } = api.receiveInbound({ channel: 'RCS', identity: '+46 70', text: 'Hi' });
    const found = async (query: string) =>
      (await request('GET', `messages?app_id=${appId}&${query}`)).body.messages;
    const [inbound] = await found('direction=TO_APP');
    expect(inbound.id).toBe(messageId);
    for (const query of [
      'channel=RCS',
      'channel_identity=4670',
      'start_time=2026-03-01T00:05:00Z',
      `contact_id=${inbound.contact_id}`,
      `conversation_id=${inbound.conversation_id}`,
    ]) {
      expect((await found(query)).map(({ id }: { id: string }) => id)).toEqual([messageId]);
    }
    expect(await found('end_time=2026-03-01T00:05:00Z')).toHaveLength(1);
    expect(await found('end_time=2026-02-01T00:00:00Z')).toHaveLength(0);
    for (const wrong of ['start_time=x', 'channel=PIGEON', 'direction=UP', 'messages_source=X']) {
      expect((await request('GET', `messages?${wrong}`)).status).toBe(400);
    }
    expect((await request('GET', 'messages?app_id=unknown')).status).toBe(404);
  });
});
