import { describe, expect, test } from 'vitest';
import { openApi } from '../../../test/api-client.ts';
import { webhookTriggers } from './webhook.ts';

const https = (name: string) => `https://${name}.example.com/hook`;

async function openWebhooks() {
  const opened = await openApi();
  const create = async (fields: object) =>
    await opened.request('POST', 'webhooks', { app_id: opened.appId, ...fields });
  const list = async () =>
    (await opened.request('GET', `apps/${opened.appId}/webhooks`)).body.webhooks;
  return { ...opened, create, list };
}

describe('a webhook', () => {
  test('is created, listed with its secret, changed and deleted', async () => {
    const { create, list, request, appId } = await openWebhooks();
    const fields = { target: https('a'), triggers: [...webhookTriggers], secret: 's' };
    const { status, body } = await create(fields);
    expect(status).toBe(200);
    const created = { ...fields, app_id: appId, target_type: 'DISMISS', client_credentials: null };
    expect(body).toEqual({ ...created, id: expect.stringMatching(/^[0-9A-Z]{26}$/) });
    expect(await list()).toEqual([body]);
    expect((await request('GET', `webhooks/${body.id}`)).body).toEqual(body);

    expect((await request('DELETE', `webhooks/${body.id}`)).status).toBe(200);
    expect(await list()).toEqual([]);
    for (const method of ['GET', 'DELETE']) {
      expect((await request(method, `webhooks/${body.id}`)).status).toBe(404);
    }
    expect((await request('PATCH', `webhooks/${body.id}`, {})).status).toBe(404);
  });

  test('is changed in the fields of the mask alone, or without one in those given', async () => {
    const { create, request } = await openWebhooks();
    const { id } = (await create({ target: https('a'), secret: 'one', triggers: ['OPT_IN'] })).body;
    const change = { target_type: 'HTTP', secret: 'two', triggers: ['OPT_OUT'] };

    const masked = await request('PATCH', `webhooks/${id}?update_mask=target_type,secret`, change);
    expect(masked.body).toMatchObject({ target_type: 'HTTP', secret: 'two', triggers: ['OPT_IN'] });
    const given = await request('PATCH', `webhooks/${id}`, { triggers: ['OPT_OUT'] });
    expect(given.body).toMatchObject({ secret: 'two', triggers: ['OPT_OUT'], target: https('a') });
    const emptied = await request('PATCH', `webhooks/${id}?update_mask=secret`, {});
    expect(emptied.body).toMatchObject({ secret: '', triggers: ['OPT_OUT'] });
    const unknown = await request('PATCH', `webhooks/${id}?update_mask=targetType`, change);
    expect(unknown.body.error).toMatchObject({ code: 400, status: 'INVALID_ARGUMENT' });
    const cleared = await request('PATCH', `webhooks/${id}?update_mask=target`, {});
    expect(cleared.status).toBe(400);
  });

  test('is the last one when the app has five', async () => {
    const { create, list } = await openWebhooks();
    for (const name of ['a', 'b', 'c', 'd', 'e']) {
      expect((await create({ target: https(name) })).status).toBe(200);
    }
    expect((await create({ target: https('f') })).body.error).toMatchObject({
      code: 400,
      status: 'FAILED_PRECONDITION',
    });
    expect(await list()).toHaveLength(5);
  });

  test('has a target that no other webhook of the app has', async () => {
    const { create, request } = await openWebhooks();
    await create({ target: https('a') });
    const { id } = (await create({ target: https('b') })).body;
    const twice = await create({ target: https('a') });
    expect(twice.body.error).toMatchObject({ code: 400, status: 'INVALID_ARGUMENT' });
    const moved = await request('PATCH', `webhooks/${id}`, { target: https('a') });
    expect(moved.status).toBe(400);
    expect((await request('PATCH', `webhooks/${id}`, { target: https('b') })).status).toBe(200);
  });

  const scoped = (token_request_type: string) => ({
    client_id: 'i',
    client_secret: 's',
    endpoint: https('auth'),
    scope: 'callbacks',
    token_request_type,
  });
  const longest = `https://a.example.com/${'x'.repeat(742 - 22)}`;
  test.each([
    ['a target of 742 characters', { target: longest }, 200],
    ['a longer target', { target: `${longest}x` }, 400],
    ['no target', {}, 400],
    ['http to another machine', { target: 'http://a.example.com/' }, 400],
    ['http to this machine', { target: 'http://127.0.0.1:3000/hook' }, 200],
    ['a target at Sinch', { target: 'https://conversation-api.prod.sinch.com/' }, 400],
    ['no URL', { target: 'callbacks' }, 400],
    ['an unknown target type', { target: https('a'), target_type: 'SMTP' }, 400],
    ['the unspecified trigger', { target: https('a'), triggers: ['UNSPECIFIED_TRIGGER'] }, 400],
    ['batches', { target: https('a'), triggers: ['BATCH_STATUS_UPDATE'] }, 400],
    ['a number as secret', { target: https('a'), secret: 1 }, 400],
    ['credentials without an endpoint', { target: https('a'), client_credentials: {} }, 400],
    ['a scope, by a form', { target: https('a'), client_credentials: scoped('FORM') }, 200],
    ['an unknown way to a token', { target: https('a'), client_credentials: scoped('PUT') }, 400],
  ])('with %s is answered as documented', async (_, fields, expected) => {
    const { create } = await openWebhooks();
    expect((await create(fields)).status).toBe(expected);
  });

  test('keeps its client credentials, also when something else of it changes', async () => {
    const { create, request } = await openWebhooks();
    const credentials = { client_id: 'i', client_secret: 's', endpoint: https('auth') };
    const { body } = await create({ target: https('a'), client_credentials: credentials });
    expect(body.client_credentials).toEqual(credentials);
    const change = { secret: 'new', triggers: ['MESSAGE_SUBMIT'] };
    const changed = await request('PATCH', `webhooks/${body.id}`, change);
    expect(changed.body.client_credentials).toEqual(credentials);
  });

  test('needs an app that exists', async () => {
    const { create, request } = await openWebhooks();
    expect((await create({ app_id: 'unknown', target: https('a') })).status).toBe(404);
    expect((await create({ app_id: '', target: https('a') })).status).toBe(400);
    expect((await request('GET', 'apps/unknown/webhooks')).status).toBe(404);
  });

  test('may have any of 21 triggers', () => {
    expect(webhookTriggers.size).toBe(21);
  });
});

test('an app shows its mode, retention, limits and queue', async () => {
  const { request, appId } = await openApi({
    projects: [{ apps: [{ mode: 'CONVERSATION', retentionDays: 7, outboundLimit: 3 }] }],
  });
  expect((await request('GET', `apps/${appId}`)).body).toMatchObject({
    id: appId,
    processing_mode: 'CONVERSATION',
    retention_policy: { ttl_days: 7 },
    dispatch_retention_policy: { ttl_days: 0 },
    persist_message_status: { enabled: false },
    callback_settings: { secret_for_overridden_callback_urls: '' },
    rate_limits: { outbound: 20, webhooks: 25 },
    queue_stats: { outbound_size: 0, outbound_limit: 3 },
  });
  expect((await request('GET', 'apps/unknown')).status).toBe(404);
});
