import { randomUUID } from 'node:crypto';
import { signatureHeaders } from '@sinch-callbacks/core';
import { until } from '@sinch-callbacks/dev-env/processes';
import type { Sender } from '@sinch-callbacks/simulator';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { unverifiedLines } from '../../src/log/request-log.ts';
import type { StartedIngest } from '../servers/start-ingest.ts';
import { type ContractContext, secrets } from './contract-context.ts';
import { openRaw, postHead, type RawConnection } from './raw-request.ts';

const mebibyte = 1024 * 1024;
const signedCount = 150;
const largeCount = 64;
const slowCount = 200;
/** Those that stay say nothing for as long as the others need. */
const silenceMs = 90_000;
/** More than have a line of their own. */
const forgedCount = 800;

/** Well-formed, so that only the whole body shows that the secret did not sign it. */
const forgedHeaders = {
  [signatureHeaders.signature]: `${'A'.repeat(43)}=`,
  [signatureHeaders.timestamp]: '1700000000',
  [signatureHeaders.nonce]: '01FORGED',
  [signatureHeaders.algorithm]: 'HmacSHA256',
};

export function describeFloods(context: () => ContractContext): void {
  describe('in a flood of forged, large and slow requests', () => {
    let ingest: StartedIngest;
    let sender: Sender;

    beforeEach(async () => {
      ingest = await context().start({
        SINCH_WEBHOOK_SECRET: secrets.current,
        REDIS_URL: context().redisUrl,
        QUEUE_PREFIX: `flood-${randomUUID().slice(0, 8)}`,
      });
      sender = context().sender(ingest.webhookUrl);
    });
    afterEach(() => void ingest.stop());

    it('every verified callback gets 200, large ones are evicted, and the log accounts for all', async () => {
      const slow = await Promise.all(Array.from({ length: slowCount }, openSlow));
      const large = await Promise.all(Array.from({ length: largeCount }, openLarge));
      const floods = Array.from({ length: 16 }, (_, n) => flood(n % 2 === 0));

      const answers: number[] = [];
      await Promise.all(
        Array.from({ length: 10 }, async (_, lane) => {
          for (let n = 0; n < signedCount / 10; n += 1) {
            const text = 'x'.repeat(3_000);
            const body = `{"message":{"id":"S${lane}-${n}","text":"${text}"}}`;
            answers.push((await sender.send(body)).status);
          }
        }),
      );
      expect(answers).toEqual(Array(signedCount).fill(200));
      const forged = (await Promise.all(floods)).flat();
      expect(new Set(forged)).toEqual(new Set([401]));

      // The connections that are left now finish. All were signed; some were evicted.
      const ends = await Promise.all(large.map((one) => one.finish()));
      const evicted = ends.filter((end) => end.startsWith('HTTP/1.1 429 '));
      // On a machine slow enough, some are also too slow.
      for (const end of evicted) expect(end).toMatch(/retry-after: \d+[^]*"(busy|slow-body)"/);
      const busy = evicted.filter((end) => end.includes('"busy"'));
      // A Redis that stands still for seconds, on a disk that others use: Sinch repeats these.
      const unavailable = ends.flatMap((end, n) => (end.startsWith('HTTP/1.1 503 ') ? n : []));
      for (const n of unavailable) expect((await sender.send(largeBody(n))).status).toBe(200);
      const others = ends.filter((end) => !/^HTTP\/1\.1 (?:200|429|503) /.test(end));
      expect(others).toEqual([]);
      expect(busy.length).toBeGreaterThanOrEqual(largeCount - 32);
      expect((await sender.send(largeBody(0))).status).toBe(200);
      for (const one of slow) one.abort();
      // Takes its turn behind the ends of those.
      expect((await sender.send('{"app_id":"last"}')).status).toBe(200);

      const total = slowCount + largeCount + forged.length + signedCount + 2 + unavailable.length;
      await expectAccounted(total);
    }, 120_000);

    /** Starts a body and does not go on. */
    async function openSlow(): Promise<RawConnection> {
      const connection = await openRaw(ingest.webhookUrl, silenceMs);
      const headers = { ...forgedHeaders, 'content-length': 3_000 };
      await connection.write(`${postHead(ingest.webhookUrl, headers)}{`);
      return connection;
    }

    /** Sends all of a large signed body but its last byte. */
    async function openLarge(_: unknown, n: number) {
      const body = largeBody(n);
      const headers = { ...sender.sign(body), 'content-length': body.length, connection: 'close' };
      const connection = await openRaw(ingest.webhookUrl, silenceMs);
      await connection.write(postHead(ingest.webhookUrl, headers));
      await connection.write(body.subarray(0, -1));
      return {
        async finish() {
          await connection.write(body.subarray(-1));
          return await connection.answers;
        },
      };
    }

    async function flood(isSigned: boolean): Promise<number[]> {
      const statuses: number[] = [];
      while (statuses.length < forgedCount / 16) {
        const headers = isSigned ? forgedHeaders : {};
        const body = 'x'.repeat(50_000);
        const answer = await fetch(ingest.webhookUrl, { method: 'POST', headers, body });
        await answer.text();
        statuses.push(answer.status);
      }
      return statuses;
    }

    /** A line each for what was verified; lines and sums together for every request there was. */
    async function expectAccounted(total: number): Promise<void> {
      await ingest.stop();
      const lines = () => ingest.requestLines().filter(({ method }) => method === 'POST');
      await until(() => lines().length + summedIn(ingest.output()) >= total, {
        what: 'an account of every request',
      });
      expect(lines().length + summedIn(ingest.output())).toBe(total);
      const unverified = lines().filter(({ outcome }) => outcome !== 'accepted');
      expect(lines().length - unverified.length).toBeGreaterThan(signedCount);
      expect(unverified.length).toBeGreaterThanOrEqual(unverifiedLines.burst);
      expect(unverified.length).toBeLessThan(forgedCount);
    }
  });
}

function summedIn(output: string): number {
  return output
    .split('\n')
    .filter((line) => line.includes('"callbacks refused without a line each"'))
    .map((line) => (JSON.parse(line) as { count: number }).count)
    .reduce((sum, count) => sum + count, 0);
}

function largeBody(n: number): Buffer {
  const start = `{"message":{"id":"L${n}","text":"`;
  return Buffer.from(`${start}${'x'.repeat(mebibyte - start.length - 3)}"}}`);
}
