import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { until } from '@sinch-callbacks/dev-env/processes';
import type {} from '@sinch-callbacks/dev-env/vitest';
import { createSender } from '@sinch-callbacks/simulator';
import { describe, expect, inject, it, onTestFinished } from 'vitest';
import { startListener } from './servers/start-ingest.ts';

const secret = 'metrics-secret';
const page = path.resolve(import.meta.dirname, '../../../docs/metrics.md');

/** The metrics of the listener's table. */
function documented(): string[] {
  const [, section = ''] = readFileSync(page, 'utf8').split('## Of the listener');
  const rows = section.split('\n## ')[0]?.matchAll(/^\| `(sinch_\w+)`/gm) ?? [];
  return [...rows].map(([, name = '']) => name);
}

async function start(processes: number, changes: Record<string, string> = {}) {
  const started = await startListener({
    SINCH_WEBHOOK_SECRET: secret,
    REDIS_URL: inject('redisUrl'),
    QUEUE_PREFIX: `m${randomUUID().slice(0, 8)}`,
    INGEST_PROCESSES: String(processes),
    ...changes,
  });
  onTestFinished(async () => void (await started.stop()));
  const metricsUrl = new URL('/metrics', started.webhookUrl).href;
  const read = async (headers: Record<string, string> = {}) => await fetch(metricsUrl, { headers });
  // One process answers for all, and those that are still starting do not answer it yet.
  await until(async () => (await read()).ok, { what: 'every process', timeoutMs: 60_000 });
  const count = async (labels: string) => {
    const text = await (await read()).text();
    return Number(text.split(`sinch_ingest_callbacks_total{${labels}} `)[1]?.split('\n')[0]);
  };
  return { ...started, read, count };
}

const accepted = 'status="200",outcome="accepted",cause=""';
const mismatch = 'status="401",outcome="rejected",cause="signature-mismatch"';

describe.each([1, 3])('the metrics of a listener of %i processes', (processes) => {
  it('are those that docs/metrics.md names, from zero on, and count what all have answered', async () => {
    const { webhookUrl, read, count } = await start(processes);
    expect(await count(accepted)).toBe(0);
    expect(await count(mismatch)).toBe(0);

    const genuine = createSender({ url: webhookUrl, secret });
    const forger = createSender({ url: webhookUrl, secret: 'another' });
    for (let n = 0; n < 12; n += 1) {
      const body = JSON.stringify({ message_delivery_report: { message_id: `${n}` } });
      // Each over a connection of its own, so that every process has some.
      const post = async ({ sign }: typeof genuine) =>
        await fetch(webhookUrl, {
          method: 'POST',
          headers: { ...sign(body), connection: 'close' },
          body,
        });
      expect((await post(genuine)).status).toBe(200);
      if (n % 4 === 0) expect((await post(forger)).status).toBe(401);
    }
    expect((await fetch(new URL('/elsewhere', webhookUrl))).status).toBe(404);

    expect(await count(accepted)).toBe(12);
    expect(await count(mismatch)).toBe(3);
    expect(await count('status="404",outcome="not-found",cause=""')).toBe(1);
    const answer = await read();
    expect(answer.headers.get('content-type')).toMatch(/^text\/plain/);
    const text = await answer.text();
    const shown = [...text.matchAll(/^# TYPE (\w+) /gm)].map(([, name = '']) => name);
    expect(shown.toSorted()).toEqual(documented().toSorted());
    expect(text).toContain('sinch_fallback_active 0\n');
    const acks = Number(/sinch_ack_duration_seconds_count (\d+)/.exec(text)?.[1]);
    // The listener is asked with a GET until it is up.
    expect(acks).toBeGreaterThanOrEqual(15);
  });

  it('are for this machine alone, and not for what a proxy passes on', async () => {
    const { read } = await start(processes);
    for (const name of ['x-forwarded-for', 'forwarded', 'via', 'x-real-ip']) {
      expect((await read({ [name]: '203.0.113.7' })).status).toBe(404);
    }
    expect((await read()).status).toBe(200);
  });
});

it('the metrics of a listener are for other machines too, where they show its token', async () => {
  const { read } = await start(1, { INGEST_METRICS_TOKEN: 'a-token-for-the-metrics' });
  const elsewhere = { 'x-forwarded-for': '203.0.113.7' };
  const asked = async (authorization: string) =>
    (await read({ ...elsewhere, authorization })).status;
  expect(await asked('Bearer a-token-for-the-metrics')).toBe(200);
  expect(await asked('bearer  a-token-for-the-metrics')).toBe(200);
  for (const wrong of [
    'Bearer a-token-for-the-metric',
    'Bearer',
    'Basic a-token-for-the-metrics',
  ]) {
    expect(await asked(wrong)).toBe(404);
  }
});
