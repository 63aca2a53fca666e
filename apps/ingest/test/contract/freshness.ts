import { randomUUID } from 'node:crypto';
import { eventKey } from '@sinch-callbacks/core';
import { until } from '@sinch-callbacks/dev-env/processes';
import { rejectedBounds } from '@sinch-callbacks/queue';
import { beforeAll, describe, expect, it } from 'vitest';
import type { RequestLine, StartedIngest } from '../servers/start-ingest.ts';
import { type ContractContext, secrets } from './contract-context.ts';

const nonce = '01FJA8B4A7BM43YGWSG9GBV067';
const nowSeconds = () => Math.floor(Date.now() / 1000);
const daySeconds = 86_400;
const rejected = { status: 401, body: '{"status":"rejected"}' };

function deliveryReport(messageId: string): string {
  return `{"app_id":"A","message_delivery_report":{"message_id":"${messageId}","status":"READ"}}`;
}

/**
 * Describes age and repetition. Sinch does not document whether a retry has a new signature or the
 * old one, so both must end in one event.
 */
export function describeFreshness(context: () => ContractContext): void {
  describe('a retry', () => {
    it('that is signed again, with its own nonce and time, is accepted and is the same event', async () => {
      const body = deliveryReport('RETRY1');
      const before = await context().countQueued();
      const sender = context().sender();
      const first = { nonce: '01FIRST', timestampSeconds: nowSeconds() - 30 };
      expect((await sender.send(body, first)).status).toBe(200);
      expect((await sender.send(body, { nonce: '01SECOND' })).status).toBe(200);
      expect(await context().countQueued()).toBe(before + 1);
    });

    it('that repeats the old nonce, time and signature is accepted and is the same event', async () => {
      const body = deliveryReport('RETRY2');
      const before = await context().countQueued();
      const headers = context()
        .sender()
        .sign(body, { nonce, timestampSeconds: nowSeconds() - 60 });
      for (let n = 0; n < 2; n += 1) {
        expect((await context().sender().send(body, { headers })).status).toBe(200);
      }
      expect(await context().countQueued()).toBe(before + 1);
    });

    it('that comes a day later with its old signature, and is the only copy, is accepted', async () => {
      const body = deliveryReport('RETRY3');
      const linesSince = await context().markLog();
      const timestampSeconds = nowSeconds() - daySeconds;
      expect((await context().sender().send(body, { nonce, timestampSeconds })).status).toBe(200);
      const line = await until(() => linesSince()[0], { what: 'its line' });
      expect(line).toMatchObject({ outcome: 'accepted', stale: true });
      const key = eventKey('MESSAGE_DELIVERY', 'RETRY3', Buffer.from(body));
      expect(await context().queuedBody(key)).toEqual(Buffer.from(body));
    });
  });

  it('two callbacks with one nonce are two events', async () => {
    const before = await context().countQueued();
    for (const id of ['NONCE1', 'NONCE2']) {
      expect((await context().sender().send(deliveryReport(id), { nonce })).status).toBe(200);
    }
    expect(await context().countQueued()).toBe(before + 2);
  });

  describe('a callback whose signature is ahead of our clock', () => {
    it.each([
      [200, undefined],
      [3_600, true],
      [30 * daySeconds, true],
    ])('by %i seconds is accepted, and flagged when that is too much', async (ahead, future) => {
      const linesSince = await context().markLog();
      const body = deliveryReport(`FUTURE${ahead}`);
      const timestampSeconds = nowSeconds() + ahead;
      expect((await context().sender().send(body, { timestampSeconds })).status).toBe(200);
      const line = await until(() => linesSince()[0], { what: 'its line' });
      expect(line).toMatchObject({ outcome: 'accepted', stale: false });
      expect(line['future']).toBe(future);
      const key = eventKey('MESSAGE_DELIVERY', `FUTURE${ahead}`, Buffer.from(body));
      expect(await context().queuedBody(key)).toEqual(Buffer.from(body));
    });
  });

  describe('with SINCH_REPLAY_POLICY=reject', () => {
    let ingest: StartedIngest;
    const send = (id: string, ageSeconds: number) =>
      context()
        .sender(ingest.webhookUrl)
        .send(deliveryReport(id), { nonce, timestampSeconds: nowSeconds() - ageSeconds });

    beforeAll(async () => {
      ingest = await context().start({
        SINCH_WEBHOOK_SECRET: secrets.current,
        REDIS_URL: context().redisUrl,
        QUEUE_PREFIX: `reject-${randomUUID().slice(0, 8)}`,
        SINCH_REPLAY_POLICY: 'reject',
        SINCH_TIMESTAMP_TOLERANCE_SECONDS: '60',
      });
    });

    const saysFuture = (found: RequestLine) => found['cause'] === 'future-timestamp';

    it('a fresh callback gets 200, and so does its repetition with the same nonce', async () => {
      expect((await send('R1', 30)).status).toBe(200);
      expect((await send('R1', 30)).status).toBe(200);
    });

    it('a stale callback gets 401, is kept with its cause, and is not flagged as accepted', async () => {
      expect(await send('R2', 120)).toMatchObject(rejected);
      const saysStale = (found: RequestLine) => found['cause'] === 'stale-timestamp';
      const line = await until(() => ingest.requestLines().find(saysStale), { what: 'its line' });
      expect(line).toMatchObject({ outcome: 'rejected', status: 401, keeping: 'kept' });
    });

    it('a callback from the future gets 401 as well, and is kept with its cause', async () => {
      expect(await send('R3', -120)).toMatchObject(rejected);
      const line = await until(() => ingest.requestLines().find(saysFuture), { what: 'its line' });
      expect(line).toMatchObject({ outcome: 'rejected', status: 401, keeping: 'kept' });
    });

    it('one from the future that is too large to be kept gets 503, so that it comes again', async () => {
      const linesBefore = ingest.requestLines().length;
      const body = deliveryReport('R'.repeat(rejectedBounds.maxBodyBytes));
      const timestampSeconds = nowSeconds() + 120;
      const answer = await context().sender(ingest.webhookUrl).send(body, { timestampSeconds });
      expect(answer).toMatchObject({ status: 503, body: '{"status":"unavailable"}' });
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
      const line = await until(() => ingest.requestLines().slice(linesBefore).find(saysFuture), {
        what: 'its line',
      });
      expect(line).toMatchObject({ outcome: 'not-kept', keeping: 'kept-without-body' });
    });
  });
}
