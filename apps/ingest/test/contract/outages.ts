import { until } from '@sinch-callbacks/dev-env/processes';
import { afterEach, describe, expect, it } from 'vitest';
import { keepingTimeoutMs } from '../../src/webhook/rejected-recorder.ts';
import { type ContractContext, secrets } from './contract-context.ts';
import { openSilencingProxy, type SilencingProxy } from './silencing-proxy.ts';

const boundMs = 5_000;
const unavailable = '{"status":"unavailable"}';

export function describeOutages(context: () => ContractContext): void {
  const body = '{"app_id":"A","message_delivery_report":{"message_id":"O1"}}';

  let proxy: SilencingProxy | undefined;
  afterEach(async () => {
    await proxy?.close();
    proxy = undefined;
  });

  describe('without a secret', () => {
    it('every callback gets 503 with Retry-After, so that none is lost', async () => {
      const ingest = await context().start({ REDIS_URL: context().redisUrl });
      const answer = await context().sender(ingest.webhookUrl).send(body);
      expect(answer).toMatchObject({ status: 503, body: unavailable });
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    });
  });

  describe('without a queue', () => {
    it('a verified callback gets 503 with Retry-After, and health says so', async () => {
      const ingest = await context().start({ SINCH_WEBHOOK_SECRET: secrets.current });
      const answer = await context().sender(ingest.webhookUrl).send(body);
      expect(answer).toMatchObject({ status: 503, body: unavailable });
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
      expect((await fetch(ingest.healthUrl)).status).toBe(503);
    });
  });

  describe('health', () => {
    it('is 200 while the queue can be reached', async () => {
      const answer = await fetch(context().ingest.healthUrl);
      expect(answer.status).toBe(200);
      expect(await answer.text()).toBe('{"status":"ok"}');
      expect(answer.headers.get('cache-control')).toBe('no-store');
    });
  });

  describe('while Redis is down', () => {
    it.each(['shut', 'silent'] as const)(
      'a verified callback gets 503 in bounded time, and 200 once Redis is back: %s',
      async (state) => {
        proxy = await openSilencingProxy(context().redisUrl);
        const ingest = await startBehind(proxy);
        const sender = context().sender(ingest.webhookUrl);
        expect((await sender.send(body)).status).toBe(200);

        proxy.set(state);
        const [answer, health] = await bounded(
          Promise.all([sender.send(body), fetch(ingest.healthUrl)]),
        );
        expect(answer).toMatchObject({ status: 503, body: unavailable });
        expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
        expect(health.status).toBe(503);
        expect(await health.text()).toBe(unavailable);
        const forged = await bounded(sender.send(body, { secret: 'forged' }));
        expect(forged).toMatchObject({ status: 401, body: '{"status":"rejected"}' });

        proxy.set('open');
        await until(async () => (await sender.send(body)).status === 200, {
          what: 'callbacks to be taken again',
        });
        expect((await fetch(ingest.healthUrl)).status).toBe(200);
      },
      30_000,
    );

    it('a forged callback is still refused, and a server that starts then still recovers', async () => {
      proxy = await openSilencingProxy(context().redisUrl);
      proxy.set('shut');
      const ingest = await startBehind(proxy);
      const sender = context().sender(ingest.webhookUrl);
      expect((await bounded(sender.send(body, { secret: 'forged' }))).status).toBe(401);
      expect((await bounded(sender.send(body))).status).toBe(503);
      proxy.set('open');
      await until(async () => (await sender.send(body)).status === 200, {
        what: 'callbacks to be taken',
      });
    }, 30_000);
  });

  describe('while only the store for rejected callbacks is slow', () => {
    it('a forged callback is refused in time, and verified ones do not even notice', async () => {
      proxy = await openSilencingProxy(context().redisUrl);
      const ingest = await startBehind(proxy);
      const sender = context().sender(ingest.webhookUrl);
      expect((await sender.send(body)).status).toBe(200);
      proxy.silenceConnectionsWith('sinch-callbacks-rejected');

      const forged = Promise.all(
        Array.from({ length: 20 }, () => bounded(sender.send(body, { secret: 'forged' }))),
      );
      for (let n = 0; n < 20; n += 1) expect((await sender.send(`${body}${n}`)).status).toBe(200);
      expect((await forged).map(({ status }) => status)).toEqual(Array(20).fill(401));

      const lines = () => ingest.requestLines().filter(({ status }) => status !== 405);
      await until(() => lines().length === 41, { what: 'their lines' });
      for (const { outcome, keeping, durationMs } of lines()) {
        expect(keeping).toBe(outcome === 'rejected' ? 'failed' : undefined);
        if (outcome === 'accepted') expect(durationMs).toBeLessThan(keepingTimeoutMs * 0.9);
      }
    }, 30_000);
  });

  function startBehind({ url }: SilencingProxy) {
    return context().start({
      SINCH_WEBHOOK_SECRET: secrets.current,
      REDIS_URL: url,
      QUEUE_PREFIX: 'outages',
    });
  }

  async function bounded<T>(work: Promise<T>): Promise<T> {
    const startedAt = performance.now();
    const result = await work;
    expect(performance.now() - startedAt).toBeLessThan(boundMs);
    return result;
  }
}
