import { verifySignature } from '@sinch-callbacks/core';
import { describe, expect, test } from 'vitest';
import { openApi } from '../../test/api-client.ts';

/** Minutes pass in milliseconds. */
const fast = { compress: 100_000, rate: { perSecond: 10_000, burst: 10_000 } };
const conversations = [{ apps: [{ mode: 'CONVERSATION', outboundPerSecond: 10_000 } as const] }];

describe('what is sent', () => {
  test('becomes signed callbacks with the metadata of the send, also in DISPATCH', async () => {
    const { api, sendText, openWebhook } = await openApi({ delivery: fast });
    const webhook = await openWebhook(['MESSAGE_SUBMIT', 'MESSAGE_DELIVERY'], 'its secret');
    const { status, body } = await sendText('Hello', { message_metadata: '{"row":7}' });
    await api.whenSettled();

    expect(status).toBe(200);
    expect(body.accepted_time).toMatch(/^\d{4}-\d\d-\d\dT.*\.\d{6}Z$/);
    const [submit] = webhook.bodies().filter((one) => 'message_submit_notification' in one);
    expect(submit?.message_submit_notification).toMatchObject({
      message_id: body.message_id,
      contact_id: '',
      conversation_id: '',
      metadata: '{"row":7}',
      submitted_message: { text_message: { text: 'Hello' } },
      processing_mode: 'DISPATCH',
    });
    const reports = webhook.bodies().flatMap((one) => one.message_delivery_report ?? []);
    expect(reports.map((report) => report.status)).toEqual(['QUEUED_ON_CHANNEL', 'DELIVERED']);
    expect(reports.map((report) => report.metadata)).toEqual(['{"row":7}', '{"row":7}']);
    for (const { rawBody, headers } of webhook.requests) {
      const read = (name: string) => headers[name]?.toString();
      expect(verifySignature(rawBody, read, ['its secret']).kind).toBe('valid');
    }
    expect(api.truth().callbacks).toMatchObject({ offered: 3, acknowledged: 3, lost: 0 });
  });

  test('goes to each webhook for its own triggers, with its own secret', async () => {
    const { api, sendText, openWebhook, request, appId } = await openApi({ delivery: fast });
    const submits = await openWebhook(['MESSAGE_SUBMIT'], 'first');
    const reports = await openWebhook(['MESSAGE_DELIVERY'], '');
    const dismissed = {
      app_id: appId,
      target: 'http://127.0.0.1:1/',
      triggers: ['MESSAGE_SUBMIT'],
    };
    expect((await request('POST', 'webhooks', dismissed)).body.target_type).toBe('DISMISS');
    await sendText('Hello');
    await api.whenSettled();

    expect(submits.requests).toHaveLength(1);
    expect(reports.requests).toHaveLength(2);
    const signed = ({ headers }: { headers: object }) => 'x-sinch-webhook-signature' in headers;
    expect(submits.requests.map(signed)).toEqual([true]);
    expect(reports.requests.map(signed)).toEqual([false, false]);
  });

  test('is signed with the secret that the webhook has by then', async () => {
    const { api, sendText, openWebhook, request } = await openApi({ delivery: fast });
    const webhook = await openWebhook(['MESSAGE_SUBMIT'], 'old');
    await request('PATCH', `webhooks/${webhook.id}?update_mask=secret`, { secret: 'new' });
    await sendText('Hello');
    await api.whenSettled();

    const [sent] = webhook.requests;
    const read = (name: string) => sent?.headers[name]?.toString();
    expect(verifySignature(sent?.rawBody ?? Buffer.alloc(0), read, ['old', 'new'])).toMatchObject({
      kind: 'valid',
      secretPosition: 1,
    });
  });

  test('reports to callback_url instead of the webhooks, with the secret of the app', async () => {
    const apps = [{ secretForOverriddenUrls: 'override' }];
    const { api, sendText, openWebhook } = await openApi({ delivery: fast, projects: [{ apps }] });
    const webhook = await openWebhook(['MESSAGE_DELIVERY', 'MESSAGE_SUBMIT']);
    const other = await openWebhook([]);
    await sendText('Hello', { callback_url: other.url });
    await api.whenSettled();

    expect(webhook.requests).toHaveLength(1);
    expect(other.requests).toHaveLength(2);
    for (const { rawBody, headers } of other.requests) {
      const read = (name: string) => headers[name]?.toString();
      expect(verifySignature(rawBody, read, ['override']).kind).toBe('valid');
    }
  });

  test('of one app of a project is not that of another', async () => {
    const { api, request, openWebhook, sendText } = await openApi({
      projects: [{ apps: [{}, {}] }],
      delivery: fast,
    });
    const [ours, other] = api.projects[0]?.appIds ?? [];
    const webhook = await openWebhook(['MESSAGE_DELIVERY']);
    await sendText('to no webhook', { app_id: other });
    await sendText('ours');
    await api.whenSettled();
    const apps = webhook.bodies().map((body) => body.app_id);
    expect(new Set(apps)).toEqual(new Set([ours]));
    const listed = await request('GET', `apps/${other}/webhooks`);
    expect(listed.body).toEqual({ webhooks: [] });
    expect(Object.values(api.truth().phones).flat()).toHaveLength(2);
  });

  test('never reaches another machine unless that is allowed', async () => {
    const { api, sendText, request, appId } = await openApi({ delivery: fast });
    await request('POST', 'webhooks', {
      app_id: appId,
      target: 'https://callbacks.example.com/',
      target_type: 'HTTP',
      triggers: ['MESSAGE_SUBMIT'],
    });
    await sendText('Hello');
    await api.whenSettled();

    expect(api.truth().callbacks).toMatchObject({ withheld: 1, requests: 0 });
  });

  test('fails and is read in the shares that are asked for', async () => {
    const outcomes = { failed: 1, read: 1 };
    const { api, sendText, openWebhook } = await openApi({ delivery: fast, outcomes });
    const webhook = await openWebhook(['MESSAGE_DELIVERY']);
    await sendText('Hello');
    await api.whenSettled();

    const last = webhook.bodies().at(-1)?.message_delivery_report;
    expect(last).toMatchObject({ status: 'FAILED', reason: { code: 'RECIPIENT_NOT_REACHABLE' } });
    expect(api.truth().phones['SMS:15551234567']).toMatchObject([{ failed: true }]);
  });

  test('counts at the phone as often as it was sent, in any spelling of the number', async () => {
    const { api, sendText, appId } = await openApi();
    const first = await sendText('one', { message_metadata: 'row 1' });
    const identity = { channel: 'SMS', identity: '1 (555) 123-4567' };
    const recipient = { identified_by: { channel_identities: [identity] } };
    const second = await sendText('one', { message_metadata: 'row 1', app_id: appId, recipient });

    const same = { metadata: 'row 1', text: 'one', failed: false };
    expect(api.truth().phones).toEqual({
      'SMS:15551234567': [
        { messageId: first.body.message_id, ...same },
        { messageId: second.body.message_id, ...same },
      ],
    });
    expect(first.body.message_id).not.toBe(second.body.message_id);
  });
});

describe('a text from a person', () => {
  test('has no contact in DISPATCH, and comes through the webhooks', async () => {
    const { api, openWebhook } = await openApi({ delivery: fast });
    const webhook = await openWebhook(['MESSAGE_INBOUND']);
    const { messageId } = api.receiveInbound({ channel: 'SMS', identity: '1', text: 'STOP' });
    await api.whenSettled();

    expect(webhook.bodies()).toMatchObject([
      {
        message: {
          id: messageId,
          contact_id: '',
          contact_message: { text_message: { text: 'STOP' } },
        },
      },
    ]);
  });

  test('makes a contact once in CONVERSATION, and carries the last metadata', async () => {
    const { api, openWebhook, sendText } = await openApi({
      delivery: fast,
      projects: conversations,
    });
    const webhook = await openWebhook(['MESSAGE_INBOUND', 'CONTACT_CREATE', 'CONVERSATION_START']);
    const from = { channel: 'SMS', identity: '15551234567' };
    api.receiveInbound({ ...from, text: 'one' });
    await sendText('two', { conversation_metadata: { topic: 'x' }, correlation_id: 'c1' });
    api.receiveInbound({ ...from, text: 'three' });
    await api.whenSettled();

    const bodies = webhook.bodies();
    expect(bodies.filter((one) => 'contact_create_notification' in one)).toHaveLength(1);
    expect(bodies.filter((one) => 'conversation_start_notification' in one)).toHaveLength(1);
    const inbound = bodies.filter((one) => 'message' in one);
    expect(new Set(inbound.map(({ message }) => message.contact_id)).size).toBe(1);
    const last = inbound.find(
      ({ message }) => message.contact_message.text_message.text === 'three',
    );
    expect(last).toMatchObject({ message_metadata: '{"topic":"x"}', correlation_id: 'c1' });
  });

  test('and the truth can be had over HTTP, for other processes', async () => {
    const { api, call, sendText } = await openApi();
    await sendText('Hello');
    const inbound = { channel: 'WHATSAPP', identity: '46701234567', text: 'Hi' };
    const received = await call('POST', `${api.url}/_inbound`, inbound);
    expect(received).toMatchObject({ status: 200, body: { message_id: expect.any(String) } });
    expect((await call('GET', `${api.url}/_truth`)).body).toEqual(api.truth());
    const unknown = await call('POST', `${api.url}/_inbound`, { ...inbound, channel: 'PIGEON' });
    expect(unknown.body.error.status).toBe('INVALID_ARGUMENT');
  });
});
