import { describe, expect, it } from 'vitest';
import { type SinchApi, defaultSinchApiTimings as timings } from '../index.ts';
import { apiOf, fastTimings, inTurn, type Scripted, startSinch } from '../sinch-server.fixture.ts';
import type { Exchange } from './exchange.ts';
import { readRetryAfter } from './retry-after.ts';
import { pauseBeforeRetry } from './retry-policy.ts';

const ok = { status: 200, body: { id: 'W1' } };
const passing: readonly Scripted[] = [429, 500, 501, 502, 503, 504].map((status) => ({ status }));

describe('a call that can be repeated', () => {
  it.each<[string, (api: SinchApi) => Promise<unknown>]>([
    ['apps.get', (api) => api.apps.get('A1')],
    ['webhooks.list', (api) => api.webhooks.list('A1')],
    ['webhooks.get', (api) => api.webhooks.get('W1')],
    ['webhooks.update', (api) => api.webhooks.update('W1', { target: 't' }, ['target'])],
    ['webhooks.delete', (api) => api.webhooks.delete('W1')],
    ['messages.list', (api) => api.messages.list({ messages_source: 'DISPATCH_SOURCE' })],
  ])('%s is repeated after what may pass, four times at the most', async (operation, call) => {
    for (const failure of [...passing, 'lose' as const]) {
      const { api, requests } = await startSinch(inTurn(failure, failure, failure, ok));
      await call(api);
      expect(requests).toHaveLength(4);
    }
    const { api, requests } = await startSinch(inTurn({ status: 503 }));
    await expect(call(api)).rejects.toMatchObject({ operation, status: 503 });
    expect(requests).toHaveLength(4);
  });

  it('is not repeated after a refusal', async () => {
    for (const status of [400, 403, 404, 409]) {
      const { api, requests } = await startSinch(inTurn({ status }));
      await expect(api.apps.get('A1')).rejects.toMatchObject({ status });
      expect(requests).toHaveLength(1);
    }
  });

  it('is repeated when the answer was cut off', async () => {
    const { api, requests } = await startSinch(inTurn('cut', ok));
    expect(await api.webhooks.get('W1')).toEqual({ id: 'W1' });
    expect(requests).toHaveLength(2);
  });

  it('stays unknown when a try without an answer is followed by a refusal', async () => {
    const { api } = await startSinch(inTurn('lose', { status: 400 }));
    const update = api.webhooks.update('W1', { target: 't' }, ['target']);
    await expect(update).rejects.toMatchObject({ status: 400, certainty: 'unknown' });
  });

  it('has deleted what is gone after a try without an answer, and only then', async () => {
    const lost = await startSinch(inTurn('lose', { status: 404 }));
    await lost.api.webhooks.delete('W1');
    const absent = await startSinch(inTurn({ status: 429 }, { status: 404 }));
    await expect(absent.api.webhooks.delete('W1')).rejects.toMatchObject({ status: 404 });
  });
});

describe('a creation', () => {
  const create = async (api: SinchApi) =>
    await api.webhooks.create({ app_id: 'A1', target: 'https://example.com/' });

  it('is repeated when nothing was done', async () => {
    const { api, requests } = await startSinch(inTurn({ status: 429 }, ok));
    expect(await create(api)).toEqual({ id: 'W1' });
    expect(requests).toHaveLength(2);
  });

  it.each<Scripted>([{ status: 500 }, { status: 503 }, 'lose', 'cut'])(
    'is not repeated when it may have been done: %j',
    async (scripted) => {
      const { api, requests } = await startSinch(inTurn(scripted, ok));
      await expect(create(api)).rejects.toMatchObject({
        certainty: scripted === 'cut' ? 'sent' : 'unknown',
      });
      expect(requests).toHaveLength(1);
    },
  );
});

describe('Retry-After', () => {
  it('is obeyed, and not shortened', async () => {
    const after = { status: 429, headers: { 'retry-after': '1' } };
    const { api } = await startSinch(inTurn(after, ok));
    const startedAt = performance.now();
    await api.webhooks.get('W1');
    expect(performance.now() - startedAt).toBeGreaterThan(950);
  });

  it('ends the tries when it is longer than the bound', async () => {
    const after = { status: 429, headers: { 'retry-after': '3600' } };
    const { api, requests } = await startSinch(inTurn(after, ok));
    await expect(api.webhooks.get('W1')).rejects.toMatchObject({ retryAfterMs: 3_600_000 });
    expect(requests).toHaveLength(1);
  });

  it.each([
    ['0', 0],
    [' 7 ', 7_000],
    ['99999999999', 86_400_000],
    ['Fri, 27 Nov 2026 00:00:05 GMT', 5_000],
    ['Fri, 27 Nov 2020 00:00:00 GMT', 0],
    ['soon', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('%j is a pause of %j ms', (header, ms) => {
    expect(readRetryAfter(header, Date.parse('2026-11-27T00:00:00Z'))).toBe(ms);
  });
});

describe('the time of a call', () => {
  it('ends its tries, whatever number of them is left', async () => {
    const { url, requests, tokenRequests } = await startSinch(inTurn({ status: 503 }));
    const short = { ...fastTimings, firstPauseMs: 1_000, longestPauseMs: 1_000, callMs: 100 };
    const api = apiOf({ apiUrl: url, authUrl: url, timings: short });
    await expect(api.apps.get('A1')).rejects.toMatchObject({ status: 503 });
    expect([requests.length, tokenRequests.length]).toEqual([1, 1]);
  });

  it('ends the tries of a token too, and nothing was sent', async () => {
    const { url, requests, tokenRequests } = await startSinch(
      inTurn({ status: 200 }),
      inTurn('hang'),
    );
    const short = { ...fastTimings, requestMs: 300, callMs: 500 };
    const send = apiOf({ apiUrl: url, authUrl: url, timings: short }).messages.send({
      app_id: 'A1',
      recipient: { contact_id: 'C1' },
      message: { text_message: { text: 'hello' } },
    });
    await expect(send).rejects.toMatchObject({ operation: 'token', certainty: 'not-sent' });
    expect(requests).toEqual([]);
    expect(tokenRequests.length).toBeLessThan(5);
  });
});

describe('pauses', () => {
  const busy: Exchange = { kind: 'answered', status: 503, retryAfterMs: undefined, text: '' };
  const pause = (tries: number, random: number) =>
    pauseBeforeRetry({ exchange: busy, tries, maxTries: 10, rule: 'always', timings, random });

  it('double up to a bound, and lose up to half at random', () => {
    expect([1, 2, 3, 4, 5, 6, 9].map((tries) => pause(tries, 0))).toEqual([
      500, 1_000, 2_000, 4_000, 8_000, 8_000, 8_000,
    ]);
    expect(pause(1, 1)).toBe(250);
    expect(pause(10, 0)).toBeUndefined();
  });
});
