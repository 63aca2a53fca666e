import { describe, expect, it } from 'vitest';
import {
  createSinchApi,
  type RequestReport,
  type SinchApi,
  SinchApiError,
  type SinchRegion,
} from './index.ts';
import {
  apiOf,
  fastTimings,
  inTurn,
  keySecret,
  type Script,
  startSinch,
} from './sinch-server.fixture.ts';

const message = {
  app_id: 'A1',
  recipient: { contact_id: 'C1' },
  message: { text_message: { text: '2026-11-27' } },
} as const;

const echo: Script = ({ method, url, body }) => ({
  status: 200,
  body: { message_id: 'M1', method, url, received: body },
});

describe('createSinchApi', () => {
  it.each<[string, (api: SinchApi) => Promise<unknown>]>([
    ['GET /v1/projects/P1/apps/A1', (api) => api.apps.get('A1')],
    ['POST /v1/projects/P1/webhooks', (api) => api.webhooks.create({ app_id: 'A', target: 't' })],
    ['GET /v1/projects/P1/webhooks/W%2F1', (api) => api.webhooks.get('W/1')],
    [
      'PATCH /v1/projects/P1/webhooks/W1?update_mask=target%2Csecret',
      (api) => api.webhooks.update('W1', { target: 't', secret: 's' }, ['target', 'secret']),
    ],
    ['POST /v1/projects/P1/messages:send', (api) => api.messages.send(message)],
  ])('asks for %s and returns the answer as it is', async (line, call) => {
    const { api } = await startSinch(echo);
    const [method, url] = line.split(' ');
    expect(await call(api)).toMatchObject({ method, url });
  });

  it('sends the request as JSON, with the token and without a credential in the address', async () => {
    const { api, requests } = await startSinch(echo);
    await api.messages.send(message);
    const [{ body, authorization, url } = { body: '', authorization: '', url: '' }] = requests;
    expect(JSON.parse(body)).toEqual(message);
    expect(authorization).toBe('Bearer token-1');
    expect(url).not.toContain('token');
  });

  it('keeps texts that look like times, long numbers, unknown members and their order', async () => {
    const answer =
      '{"id":"A1","new_member":{"b":[1,null,12345678901234567890,1.50],"a":"2026-11-27T00:00:00Z"},"__proto__":1}';
    const { api } = await startSinch(inTurn({ status: 200, body: answer }));
    expect(JSON.stringify(await api.apps.get('A1'))).toBe(answer);
  });

  it('reads an absent list as an empty one', async () => {
    const { api, requests } = await startSinch(inTurn({ status: 200 }));
    expect(await api.webhooks.list('A1')).toEqual([]);
    const page = await api.messages.list({ messages_source: 'DISPATCH_SOURCE' });
    expect(page).toEqual({ messages: [], nextPageToken: undefined });
    expect(requests.map(({ url }) => url)).toEqual([
      '/v1/projects/P1/apps/A1/webhooks',
      '/v1/projects/P1/messages?messages_source=DISPATCH_SOURCE',
    ]);
  });

  it('reads messages page by page', async () => {
    const { api, requests } = await startSinch(
      inTurn(
        { status: 200, body: { messages: [{ id: 'M2' }], next_page_token: 'p 2' } },
        { status: 200, body: { messages: [{ id: 'M1' }], next_page_token: '' } },
      ),
    );
    const query = {
      messages_source: 'CONVERSATION_SOURCE',
      start_time: new Date('2026-11-27T01:02:03.456Z'),
    } as const;
    const first = await api.messages.list(query);
    expect(first).toEqual({ messages: [{ id: 'M2' }], nextPageToken: 'p 2' });
    const second = await api.messages.list({ ...query, page_token: first.nextPageToken ?? '' });
    expect(second).toEqual({ messages: [{ id: 'M1' }], nextPageToken: undefined });
    const search = new URL(`http://unused${requests[1]?.url}`).searchParams;
    expect(Object.fromEntries(search)).toEqual({
      messages_source: 'CONVERSATION_SOURCE',
      start_time: '2026-11-27T01:02:03.456Z',
      page_token: 'p 2',
    });
  });

  it.each(['', ' ', '.', '..'])('refuses the id %j, which leads to another path', async (id) => {
    const { api, requests } = await startSinch(echo);
    await expect(api.webhooks.delete(id)).rejects.toThrow(TypeError);
    expect(requests).toEqual([]);
  });

  it('reports each request, the token’s and repeated ones too', async () => {
    const { url } = await startSinch(inTurn({ status: 503 }, 'lose', { status: 200 }));
    const reports: RequestReport[] = [];
    const onRequest = (report: RequestReport) => reports.push(report);
    await apiOf({ apiUrl: url, authUrl: url, onRequest }).apps.get('A1');
    expect(reports.map(({ operation, status }) => `${operation} ${status}`)).toEqual([
      'token 200',
      'apps.get 503',
      'apps.get undefined',
      'apps.get 200',
    ]);
    expect(reports.every(({ durationMs }) => durationMs >= 0)).toBe(true);
  });

  it.each<SinchRegion>(['us', 'eu', 'br'])('names the region %s after a 404', async (region) => {
    const { url } = await startSinch(inTurn({ status: 404 }));
    const call = apiOf({ region, apiUrl: url, authUrl: url }).apps.get('A1');
    await expect(call).rejects.toMatchObject({
      message: expect.stringContaining(`another region: this client uses "${region}"`),
      status: 404,
      certainty: 'not-sent',
    });
  });

  it('ends pauses and starts no request once it is closed', async () => {
    const { api, requests } = await startSinch(
      inTurn({ status: 429, headers: { 'retry-after': '1' } }),
    );
    const call = expect(api.apps.get('A1')).rejects.toMatchObject({ status: 429 });
    await expect.poll(() => requests.length).toBe(1);
    await Promise.all([api.close(), api.close()]);
    await call;
    const later = api.messages.send(message);
    await expect(later).rejects.toMatchObject({ certainty: 'not-sent', status: undefined });
    expect(requests).toHaveLength(1);
  });
});

it('a close waits for a request in progress, within the time of that request', async () => {
  const { url, requests } = await startSinch(inTurn('hang'));
  const api = apiOf({ apiUrl: url, authUrl: url, timings: { ...fastTimings, requestMs: 500 } });
  const send = expect(api.messages.send(message)).rejects.toMatchObject({ certainty: 'unknown' });
  await expect.poll(() => requests.length).toBe(1);
  await api.close();
  await send;
});

describe('an address for credentials', () => {
  const open = (urls: { apiUrl?: string; authUrl?: string }) =>
    createSinchApi({ region: 'us', projectId: 'P1', keyId: 'k', keySecret, ...urls });

  it.each([
    'http://example.com',
    'http://127.0.0.1.example.com',
    'http://localhost.example.com',
    'ftp://localhost',
    'localhost:3000',
    '',
    'https://user:hunter2@example.com',
    'https://example.com/?token=hunter2',
  ])('is refused where they would leave in the clear, and not quoted: %s', (url) => {
    expect(() => open({ apiUrl: url })).toThrow(/^apiUrl must (?!.*hunter2)/);
    expect(() => open({ authUrl: url })).toThrow(/^authUrl must (?!.*hunter2)/);
  });

  it.each(['https://example.com/base/', 'http://localhost:1', 'http://127.1:1', 'http://[::1]:1'])(
    'is used where it is secure or of this machine: %s',
    async (url) => {
      await open({ apiUrl: url, authUrl: url }).close();
    },
  );

  it('may have a path, which the paths of requests follow', async () => {
    const { url, requests } = await startSinch(inTurn({ status: 200 }));
    await apiOf({ apiUrl: `${url}/sinch/`, authUrl: url }).apps.get('A1');
    expect(requests[0]?.url).toBe('/sinch/v1/projects/P1/apps/A1');
  });
});

it('an error is a SinchApiError with the documented members', async () => {
  const body = { error: { code: 400, message: 'no', status: 'INVALID_ARGUMENT', details: [] } };
  const { api } = await startSinch(inTurn({ status: 400, body }));
  const error: unknown = await api.apps.get('A1').catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(SinchApiError);
  expect(error).toMatchObject({
    code: 'SINCH_API',
    operation: 'apps.get',
    status: 400,
    rpcStatus: 'INVALID_ARGUMENT',
    certainty: 'not-sent',
    message: 'apps.get: 400 INVALID_ARGUMENT; no',
  });
});
