import { describe, expect, it } from 'vitest';
import { openConnections } from '../http/connections.ts';
import { readSecureUrl } from '../http/secure-url.ts';
import {
  apiOf,
  fastTimings,
  grants,
  inTurn,
  keySecret,
  type Script,
  startSinch,
} from '../sinch-server.fixture.ts';
import { createTokenSource } from './token-source.ts';

const message = {
  app_id: 'A1',
  recipient: { contact_id: 'C1' },
  message: { text_message: { text: 'hello' } },
} as const;

/** Refuses each token but this. */
const takesOnly =
  (token: string): Script =>
  ({ authorization }) =>
    authorization === `Bearer ${token}`
      ? { status: 200, body: { message_id: 'M1' } }
      : { status: 401, headers: { 'www-authenticate': 'Bearer error="token expired"' } };

describe('a token', () => {
  it('is fetched by client credentials, and used until shortly before it expires', async () => {
    const { url, tokenRequests } = await startSinch(inTurn({ status: 200 }));
    let now = 0;
    const tokens = createTokenSource({
      connections: openConnections(readSecureUrl('authUrl', url), 1, fastTimings),
      keyId: 'key-id',
      keySecret,
      timings: fastTimings,
      signal: new AbortController().signal,
      now: () => now,
    });
    expect(await tokens.get()).toBe('token-1');
    now = 3_600_000 - 60_001;
    expect(await tokens.get()).toBe('token-1');
    now += 1;
    expect(await tokens.get()).toBe('token-2');
    const basic = Buffer.from(`key-id:${keySecret}`).toString('base64');
    expect(tokenRequests[0]).toMatchObject({
      method: 'POST',
      authorization: `Basic ${basic}`,
      body: 'grant_type=client_credentials',
    });
  });

  it('is fetched once for a hundred callers, also when Sinch refuses it to all', async () => {
    const { api, requests, tokenRequests } = await startSinch(takesOnly('token-2'));
    const sends = Array.from({ length: 100 }, async () => await api.messages.send(message));
    await Promise.all(sends);
    expect(tokenRequests).toHaveLength(2);
    expect(requests.length).toBeLessThanOrEqual(200);
  });

  it('that is refused is replaced once in each call, also of a send', async () => {
    const { api, requests, tokenRequests } = await startSinch(inTurn({ status: 401 }));
    const send = api.messages.send(message);
    await expect(send).rejects.toMatchObject({
      status: 401,
      certainty: 'not-sent',
      message: expect.stringMatching(/new token too.*SINCH_ACCESS_KEY_ID.*SINCH_PROJECT_ID/),
    });
    expect(requests.map(({ authorization }) => authorization)).toEqual([
      'Bearer token-1',
      'Bearer token-2',
    ]);
    expect(tokenRequests).toHaveLength(2);
  });

  it('that was replaced leaves the outcome of a lost answer unknown', async () => {
    const { api } = await startSinch(inTurn({ status: 401 }, 'lose'));
    await expect(api.messages.send(message)).rejects.toMatchObject({ certainty: 'unknown' });
  });

  it('is asked for again while the endpoint is crowded or loses answers', async () => {
    const script: Script = (request, number) =>
      [{ status: 429 }, { status: 503 }, 'lose' as const][number - 1] ?? grants(request, number);
    const { api, tokenRequests } = await startSinch(takesOnly('token-4'), script);
    expect(await api.messages.send(message)).toEqual({ message_id: 'M1' });
    expect(tokenRequests).toHaveLength(4);
  });

  it('is asked for five times at the most', async () => {
    const { api, requests, tokenRequests } = await startSinch(
      inTurn({ status: 200 }),
      inTurn({ status: 429 }),
    );
    await expect(api.messages.send(message)).rejects.toMatchObject({
      operation: 'token',
      status: 429,
      certainty: 'not-sent',
    });
    expect(tokenRequests).toHaveLength(5);
    expect(requests).toHaveLength(0);
  });

  it.each([
    [400, { error: 'invalid_grant' }],
    [401, { error: 'invalid_client', error_description: `bad secret ${keySecret}` }],
    [403, {}],
  ])('that is refused with %i names the key id and the secret', async (status, body) => {
    const { api, tokenRequests } = await startSinch(inTurn({ status: 200 }), () => ({
      status,
      body,
    }));
    const error: unknown = await api.apps.get('A1').catch((reason: unknown) => reason);
    expect(error).toMatchObject({ operation: 'token', status, certainty: 'not-sent' });
    expect(error).toHaveProperty(
      'message',
      expect.stringMatching(/SINCH_ACCESS_KEY_ID.*SINCH_ACCESS_SECRET.*access-keys/),
    );
    expect(String(error)).not.toContain(keySecret);
    expect(tokenRequests).toHaveLength(1);
  });

  it.each(['{}', 'html', '{"access_token":""}', '{"access_token":"a\\r\\nb"}'])(
    'must be one that a header can carry: %s',
    async (body) => {
      const { api } = await startSinch(inTurn({ status: 200 }), inTurn({ status: 200, body }));
      const send = api.messages.send(message);
      await expect(send).rejects.toMatchObject({ operation: 'token', certainty: 'not-sent' });
    },
  );

  it.each([undefined, 'soon', -1])('with the life %j is used nevertheless', async (seconds) => {
    const body = { access_token: 'token', expires_in: seconds };
    const { api, tokenRequests } = await startSinch(
      takesOnly('token'),
      inTurn({ status: 200, body }),
    );
    await api.messages.send(message);
    await api.messages.send(message);
    expect(tokenRequests).toHaveLength(1);
  });

  it('that cannot be fetched leaves an earlier try of an update unknown', async () => {
    const { url } = await startSinch(inTurn({ status: 503 }, { status: 401 }), (request, number) =>
      number === 1 ? grants(request, number) : { status: 403 },
    );
    const api = apiOf({ apiUrl: url, authUrl: url });
    await expect(api.webhooks.update('W1', { target: 't' }, ['target'])).rejects.toMatchObject({
      operation: 'token',
      certainty: 'unknown',
      message: expect.stringContaining('an earlier try may have done what was asked'),
    });
  });
});
