import { until } from '@sinch-callbacks/dev-env/processes';
import { describe, expect, it } from 'vitest';
import { type ContractContext, secrets } from './contract-context.ts';

export function describeLogLine(context: () => ContractContext): void {
  describe('the log', () => {
    it('has one line for every request, with what an operator needs', async () => {
      const { ingest, sender } = context();
      const linesSince = await context().markLog();
      const body = '{"app_id":"A","message_delivery_report":{"message_id":"L1"}}';
      await sender().send(body, { secret: secrets.previous });
      await sender().send(body, { secret: 'forged' });
      await fetch(ingest.webhookUrl, { method: 'DELETE' });
      await until(() => linesSince().length >= 3, { what: 'three lines' });
      expect(linesSince()).toMatchObject([
        {
          level: 'info',
          outcome: 'accepted',
          method: 'POST',
          status: 200,
          trigger: 'MESSAGE_DELIVERY',
          eventKey: expect.stringMatching(/^MESSAGE_DELIVERY\.L1\.[0-9a-f]{32}$/),
          bytes: body.length,
          durationMs: expect.any(Number),
          secretPosition: 1,
          stale: false,
        },
        { level: 'warn', outcome: 'rejected', status: 401, cause: 'signature-mismatch' },
        { level: 'warn', outcome: 'method-not-allowed', status: 405, method: 'DELETE' },
      ]);
    });

    it('never holds a payload, a secret or a phone number', async () => {
      const { ingest, sender } = context();
      const body =
        '{"message":{"id":"L2","contact_message":{"text_message":{"text":"very private"}},"channel_identity":{"identity":"15555550123"}}}';
      const linesSince = await context().markLog();
      await sender().send(body);
      await sender().send(body, { secret: 'forged' });
      await sender().send('very private and no JSON 15555550123');
      const { password } = new URL(context().redisUrl);
      const forbidden = ['very private', '15555550123', ...Object.values(secrets), password];
      await until(() => linesSince().length >= 3, { what: 'three lines' });
      const output = ingest.output();
      expect(forbidden.filter((word) => word !== '' && output.includes(word))).toEqual([]);
    });
  });
}
