import { until } from '@sinch-callbacks/dev-env/processes';
import { describe, expect, it } from 'vitest';
import { type ContractContext, secrets } from './contract-context.ts';
import { openRaw, postHead } from './raw-request.ts';

export function describeLifetime(context: () => ContractContext): void {
  describe('a server', () => {
    it('refuses to start with malformed variables, names them all and shows no value', async () => {
      const starting = context().start({
        REDIS_URL: 'http://cache.example/hunter2',
        INGEST_MAX_BODY_BYTES: 'hunter2',
        LOG_LEVEL: 'hunter2',
      });
      const message = await starting.then(String, String);
      expect(message).toContain('exit code 1');
      for (const name of ['REDIS_URL', 'INGEST_MAX_BODY_BYTES', 'LOG_LEVEL']) {
        expect(message).toContain(`- ${name} must be `);
      }
      expect(message).not.toContain('hunter2');
    });

    it('says at its start how many secrets it read, and takes what a quoted one signed', async () => {
      const secret = 'with, a comma and a "quote"';
      const ingest = await context().start({
        SINCH_WEBHOOK_SECRET: `"${secret.replaceAll('"', '""')}",second`,
        REDIS_URL: context().redisUrl,
        QUEUE_PREFIX: 'lifetime',
      });
      const line = await until(
        () =>
          ingest
            .output()
            .split('\n')
            .find((one) => one.includes('"ingest started"')),
        { what: 'its first line' },
      );
      expect(JSON.parse(line)).toMatchObject({ secretCount: 2, queue: 'redis' });
      const sender = context().sender(ingest.webhookUrl);
      expect((await sender.send('{"app_id":"A"}', { secret })).status).toBe(200);
      expect((await sender.send('{"app_id":"A"}', { secret: 'second' })).status).toBe(200);
      expect(ingest.output()).not.toContain('a comma');
    });

    it('refuses to start with quotes that do not match, and shows nothing of the secret', async () => {
      const starting = context().start({ SINCH_WEBHOOK_SECRET: '"hunter2,old' });
      const message = await starting.then(String, String);
      expect(message).toContain('exit code 1');
      expect(message).toContain('- SINCH_WEBHOOK_SECRET must be ');
      expect(message).not.toContain('hunter2');
    });

    it('keeps an idle connection for longer than load balancers keep theirs', async () => {
      for (const url of [context().ingest.webhookUrl, context().ingest.healthUrl]) {
        const { headers } = await fetch(url);
        expect(Number(/timeout=(\d+)/.exec(headers.get('keep-alive') ?? '')?.[1])).toBeGreaterThan(
          60,
        );
      }
    });

    it('finishes the request in progress when it is stopped, and then exits', async () => {
      const ingest = await context().start({
        SINCH_WEBHOOK_SECRET: secrets.current,
        REDIS_URL: context().redisUrl,
        QUEUE_PREFIX: 'lifetime',
      });
      const body = '{"app_id":"A","message_delivery_report":{"message_id":"S1"}}';
      const connection = await openRaw(ingest.webhookUrl);
      const headers = { ...context().sender().sign(body), 'content-length': body.length };
      await connection.write(postHead(ingest.webhookUrl, headers) + body.slice(0, 10));
      await expect.poll(() => fetch(ingest.healthUrl).then(({ status }) => status)).toBe(200);

      const stopping = ingest.stop();
      await expect.poll(() => fetch(ingest.healthUrl).catch(() => 'refused')).toBe('refused');
      await connection.write(body.slice(10));
      expect(await connection.answers).toMatch(/^HTTP\/1\.1 200 [^]*\{"status":"accepted"\}/);
      expect(await stopping).not.toMatchObject({ signal: 'SIGKILL' });
    }, 60_000);
  });
}
