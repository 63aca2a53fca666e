import { randomUUID } from 'node:crypto';
import { signatureHeaders } from '@sinch-callbacks/core';
import { until } from '@sinch-callbacks/dev-env/processes';
import { openRejectedStore, type RejectedStore } from '@sinch-callbacks/queue';
import type { Sender } from '@sinch-callbacks/simulator';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { keepingRate } from '../../src/webhook/rejected-recorder.ts';
import type { StartedIngest } from '../servers/start-ingest.ts';
import { type ContractContext, secrets } from './contract-context.ts';

export function describeRejected(context: () => ContractContext): void {
  describe('a callback that is answered 401', () => {
    let ingest: StartedIngest;
    let store: RejectedStore;
    let sender: Sender;

    beforeEach(async () => {
      const prefix = `kept-${randomUUID().slice(0, 8)}`;
      const { redisUrl } = context();
      store = openRejectedStore({ backend: { kind: 'redis', url: redisUrl }, prefix });
      ingest = await context().start({
        SINCH_WEBHOOK_SECRET: secrets.current,
        REDIS_URL: redisUrl,
        QUEUE_PREFIX: prefix,
      });
      sender = context().sender(ingest.webhookUrl);
    });

    afterEach(async () => {
      await store.close();
      await ingest.stop();
    });

    const rejectedLines = () =>
      ingest.requestLines().filter(({ outcome }) => outcome === 'rejected');

    it('is kept by then, byte for byte, with its signature headers and no others', async () => {
      const body = Buffer.from('{ "message":{"id":"K1","text":"Grüße"} }\r\n\u0000');
      const headers = sender.sign(body, { secret: 'wrong' });
      const credentials = { cookie: 'a=hunter2', authorization: 'Bearer hunter2' };
      const answer = await sender.send(body, { headers: { ...headers, ...credentials } });
      expect(answer.status).toBe(401);
      const kept = await store.list({ limit: 10 });
      expect(kept).toMatchObject([{ cause: 'signature-mismatch', headers, rawBody: body }]);
      expect(Object.keys(kept[0]?.headers ?? {})).toHaveLength(4);
      expect(JSON.stringify(kept)).not.toContain('hunter2');
      const line = await until(() => rejectedLines()[0], { what: 'its line' });
      expect(line).toMatchObject({ status: 401, keeping: 'kept' });
    });

    it('is kept whatever the cause, a missing signature too', async () => {
      const missing = { [signatureHeaders.signature]: undefined };
      await sender.send('{}', { headers: missing });
      await sender.send('{}', { headers: { [signatureHeaders.algorithm]: 'HmacSHA1' } });
      await sender.send('{}', { headers: { [signatureHeaders.timestamp]: 'now' } });
      const kept = await store.list({ limit: 10 });
      expect(kept.map(({ cause }) => cause)).toEqual([
        'missing-signature-headers',
        'unsupported-algorithm',
        'malformed-signature-headers',
      ]);
    });

    it('is the only kind that is kept', async () => {
      expect((await sender.send('{}')).status).toBe(200);
      expect((await sender.send(Buffer.alloc(1024 * 1024 + 1))).status).toBe(413);
      expect((await fetch(ingest.webhookUrl, { method: 'PUT', body: '{}' })).status).toBe(405);
      expect(await store.count()).toBe(0);
    });

    it('is only counted in the log when too many come at once', async () => {
      const count = keepingRate.burst * 3;
      const startedAt = performance.now();
      const answers = await Promise.all(
        Array.from({ length: count }, (_, n) => sender.send(`{"n":${n}}`, { secret: 'forged' })),
      );
      const seconds = (performance.now() - startedAt) / 1000;
      expect(answers.map(({ status }) => status)).toEqual(Array(count).fill(401));
      await until(() => rejectedLines().length === count, { what: 'every line' });
      const logged = (as: string) => rejectedLines().filter(({ keeping }) => keeping === as).length;
      const allowed = keepingRate.burst + Math.ceil(keepingRate.perSecond * seconds);
      expect(logged('over-rate')).toBeGreaterThanOrEqual(count - allowed);
      expect(logged('over-rate')).toBeLessThanOrEqual(count - keepingRate.burst);
      // On a busy machine some take too long, are called failed, and may be there all the same.
      expect(logged('kept') + logged('failed')).toBe(count - logged('over-rate'));
      expect(await store.count()).toBeGreaterThanOrEqual(logged('kept'));
      expect(await store.count()).toBeLessThanOrEqual(count - logged('over-rate'));
    });
  });
}
