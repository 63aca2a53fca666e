import { describe, expect, test } from 'vitest';
import { openApi, textTo } from '../../test/api-client.ts';
import { startSinchApi } from './start-sinch-api.ts';

const sent = async ({ api }: Awaited<ReturnType<typeof openApi>>) =>
  Object.values(api.truth().phones).flat().length;

describe('a fault', () => {
  test('that loses the answer has sent the message all the same', async () => {
    const opened = await openApi({ faults: { lostAnswers: 1 } });
    await expect(opened.sendText('Hello')).rejects.toThrow('fetch failed');
    expect(await sent(opened)).toBe(1);
    expect(opened.api.truth().requests['send-message']).toEqual({ 'lost-answer': 1 });
  });

  test('that hangs answers nothing, and has sent the message or not', async () => {
    const opened = await openApi({ faults: { hangs: 1 } });
    const { base, appId } = opened;
    const authorization = `Bearer ${(await opened.newToken()).body.access_token}`;
    const stopping = new AbortController();
    const { signal } = stopping;
    const hanging = Array.from({ length: 20 }, () =>
      fetch(`${base}/messages:send`, {
        method: 'POST',
        headers: { authorization },
        body: JSON.stringify(textTo(appId, 'Hello')),
        signal,
      }),
    );
    const hangs = () => opened.api.truth().requests['send-message'];
    await expect.poll(hangs).toEqual({ hang: 20 });
    stopping.abort();
    const results = await Promise.allSettled(hanging);
    expect(results.map(({ status }) => status)).not.toContain('fulfilled');
    expect(await sent(opened)).toBeGreaterThan(0);
    expect(await sent(opened)).toBeLessThan(20);
  });

  test.each([
    ['tooManyRequests', 429, 'RESOURCE_EXHAUSTED'],
    ['unavailable', 503, 'UNAVAILABLE'],
    ['expiredTokens', 401, 'UNAUTHENTICATED'],
  ])('of %s answers %i and sends nothing', async (fault, status, rpcStatus) => {
    const opened = await openApi({ faults: { [fault]: 1 } });
    const { body, headers } = await opened.sendText('Hello');
    expect(body.error).toMatchObject({ code: status, status: rpcStatus });
    expect(headers.get('www-authenticate')?.includes('expired') ?? false).toBe(status === 401);
    expect(await sent(opened)).toBe(0);
  });

  test('that brings reports first delivers them before the answer', async () => {
    const opened = await openApi({ faults: { reportsFirst: 1 } });
    const webhook = await opened.openWebhook(['MESSAGE_SUBMIT', 'MESSAGE_DELIVERY']);
    const { body } = await opened.sendText('Hello');
    const [submit, report] = webhook.bodies();
    expect(webhook.requests.length).toBeGreaterThanOrEqual(2);
    expect(submit.message_submit_notification.message_id).toBe(body.message_id);
    expect(report.message_delivery_report.status).toBe('QUEUED_ON_CHANNEL');
  });

  test('that drops callbacks names each of them in the truth', async () => {
    const fast = { compress: 100_000, rate: { perSecond: 1e4, burst: 1e4 } };
    const opened = await openApi({
      faults: { droppedCallbacks: 0.5 },
      delivery: fast,
      projects: [{ apps: [{ outboundPerSecond: 1e6 }] }],
    });
    const webhook = await opened.openWebhook(['MESSAGE_SUBMIT', 'MESSAGE_DELIVERY']);
    for (let index = 0; index < 20; index += 1) await opened.sendText('Hello');
    await opened.api.whenSettled();
    const { dropped, callbacks } = opened.api.truth();
    expect(dropped.length).toBeGreaterThan(10);
    expect(callbacks.dropped).toBe(dropped.length);
    expect(dropped.length + webhook.requests.length).toBe(60);
    expect(dropped[0]?.messageId).toMatch(/^[0-9A-Z]{26}$/);
    expect(dropped[0]?.body).toContain(dropped[0]?.messageId);
  });

  test('comes as often as its share, and the same ones for the same seed', async () => {
    const run = async () => {
      const { request } = await openApi({ faults: { unavailable: 0.3, tooManyRequests: 0.2 } });
      const statuses: number[] = [];
      for (let index = 0; index < 100; index += 1) {
        statuses.push((await request('GET', 'messages')).status);
      }
      return statuses;
    };
    const [first, second] = [await run(), await run()];
    expect(first).toEqual(second);
    const share = (status: number) => first.filter((own) => own === status).length;
    expect(share(503)).toBeGreaterThan(15);
    expect(share(429)).toBeGreaterThan(8);
    expect(share(200)).toBeGreaterThan(30);
  });

  test('spares the operations that are not named', async () => {
    const opened = await openApi({
      faults: { unavailable: 1 },
      faultyOperations: ['send-message'],
    });
    expect((await opened.sendText('Hello')).status).toBe(503);
    expect((await opened.request('GET', 'messages')).status).toBe(200);
  });

  test('cannot be more than every request', async () => {
    const both = { unavailable: 0.6, hangs: 0.5 };
    await expect(startSinchApi({ faults: both })).rejects.toThrow(RangeError);
    await expect(startSinchApi({ faults: { hangs: -1 } })).rejects.toThrow(RangeError);
  });
});
