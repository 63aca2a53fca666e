import { expect, test } from 'vitest';
import { openApi } from '../../../test/api-client.ts';

/** Minutes pass in milliseconds. */
const delivery = { compress: 100_000, rate: { perSecond: 10_000, burst: 10_000 } };
const conversations = [{ apps: [{ mode: 'CONVERSATION', outboundPerSecond: 10_000 } as const] }];

test('a deleted conversation takes its messages with it, and the next message begins another', async () => {
  const { api, request, sendText, openWebhook } = await openApi({
    delivery,
    projects: conversations,
  });
  const webhook = await openWebhook(['CONVERSATION_DELETE', 'CONTACT_DELETE']);
  await sendText('first');
  const other = await sendText('to another', to('+15550000002'));
  const [, first] = (await request('GET', 'messages')).body.messages;

  const path = `conversations/${first.conversation_id}`;
  expect((await request('DELETE', path)).status).toBe(200);
  expect((await request('DELETE', path)).status).toBe(404);
  const left = (await request('GET', 'messages')).body.messages;
  expect(left.map(({ id }: { id: string }) => id)).toEqual([other.body.message_id]);

  await sendText('second');
  const [second] = (await request('GET', 'messages')).body.messages;
  expect(second.contact_id).toBe(first.contact_id);
  expect(second.conversation_id).not.toBe(first.conversation_id);
  await api.whenSettled();
  expect(webhook.bodies()).toEqual([
    expect.objectContaining({
      conversation_delete_notification: {
        conversation: expect.objectContaining({ id: first.conversation_id }),
      },
    }),
  ]);
});

test('a deleted contact leads to a CONTACT_DELETE with all that was known of it', async () => {
  const { api, request, sendText, openWebhook } = await openApi({
    delivery,
    projects: conversations,
  });
  const webhook = await openWebhook(['CONTACT_DELETE']);
  await sendText('first');
  const [{ contact_id: id }] = (await request('GET', 'messages')).body.messages;
  expect((await request('DELETE', `contacts/${id}`)).status).toBe(200);
  expect((await request('DELETE', `contacts/${id}`)).status).toBe(404);
  await sendText('second');
  const [{ contact_id: next }] = (await request('GET', 'messages')).body.messages;
  expect(next).not.toBe(id);
  await api.whenSettled();
  const [deleted] = webhook.bodies();
  expect(deleted?.contact_delete_notification.contact).toMatchObject({
    id,
    channel_identities: [{ channel: 'SMS', identity: '+15551234567' }],
  });
});

test('a message is deleted from the store that is named, which is that of conversations by default', async () => {
  const dispatch = [{ apps: [{ dispatchRetentionDays: 7, outboundPerSecond: 10_000 }] }];
  const { request, sendText } = await openApi({ delivery, projects: dispatch });
  const { body } = await sendText('first');
  const path = `messages/${body.message_id}`;
  expect((await request('DELETE', path)).status).toBe(404);
  expect((await request('DELETE', `${path}?messages_source=ELSEWHERE`)).status).toBe(400);
  expect((await request('DELETE', `${path}?messages_source=DISPATCH_SOURCE`)).status).toBe(200);
  expect((await request('DELETE', `${path}?messages_source=DISPATCH_SOURCE`)).status).toBe(404);
  const listed = await request('GET', 'messages?messages_source=DISPATCH_SOURCE');
  expect(listed.body.messages).toEqual([]);
});

function to(identity: string) {
  return {
    recipient: { identified_by: { channel_identities: [{ channel: 'SMS', identity }] } },
  };
}
