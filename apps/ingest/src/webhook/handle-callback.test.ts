import { parseIngestConfig, readConfig } from '@sinch-callbacks/config';
import { signatureHeaders } from '@sinch-callbacks/core';
import { createLogger } from '@sinch-callbacks/telemetry';
import { afterEach, expect, it, vi } from 'vitest';
import { createRequestLog } from '../log/request-log.ts';
import { bodyTimeoutMs, createBodyBudget } from './body-budget.ts';
import { handleCallback, type WebhookRequest } from './handle-callback.ts';

afterEach(() => void vi.useRealTimers());

const always = { take: () => true };

function ingestThatLogsTo(lines: string[], maxBytes = 1_000_000) {
  const destination = { write: (line: string) => lines.push(line) };
  const logger = createLogger({ name: 'test', level: 'info', destination });
  return {
    config: readConfig(parseIngestConfig, { SINCH_WEBHOOK_SECRET: 'secret' }),
    requestLog: createRequestLog(logger, always, always),
    bodies: createBodyBudget({ maxBytes, bytesPerRequest: 1, timeoutMs: bodyTimeoutMs }, () =>
      performance.now(),
    ),
    producer: undefined,
    rejected: undefined,
  };
}

/** With headers that some body could verify. */
function requestWith(readBody: WebhookRequest['readBody']): WebhookRequest {
  const headers: Record<string, string> = {
    [signatureHeaders.signature]: `${'A'.repeat(43)}=`,
    [signatureHeaders.timestamp]: '1',
    [signatureHeaders.nonce]: 'n',
    [signatureHeaders.algorithm]: 'HmacSHA256',
  };
  return { method: 'POST', readHeader: (name) => headers[name], readBody };
}

const unread = () => Promise.reject(new Error('read'));

it('answers 503 to a bug of ours, writes it into the one line, and does not throw', async () => {
  const lines: string[] = [];
  const request = requestWith(() => Promise.reject(new TypeError('a bug')));
  const answer = await handleCallback(request, ingestThatLogsTo(lines));
  expect(answer).toMatchObject({ status: 503, body: '{"status":"unavailable"}' });
  expect(lines).toHaveLength(1);
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({
    level: 'error',
    outcome: 'failed',
    status: 503,
    err: { type: 'TypeError', message: 'a bug' },
  });
});

it('reads no body for a method that it refuses', async () => {
  const request = { ...requestWith(unread), method: 'PUT' };
  expect((await handleCallback(request, ingestThatLogsTo([]))).status).toBe(405);
});

it('reads no body that cannot verify once nothing more is kept, and one that could always', async () => {
  const keep = async () => await Promise.resolve({ keeping: 'kept' as const });
  const tokens = [true, false, false];
  const rejected = { tryAcquire: () => tokens.shift() ?? false, keep };
  const lines: string[] = [];
  const ingest = { ...ingestThatLogsTo(lines), rejected };
  let read = 0;
  const readBody = async () => {
    read += 1;
    return await Promise.resolve({ kind: 'read' as const, bytes: Buffer.from('{}') });
  };
  const unsigned = { ...requestWith(readBody), readHeader: () => undefined };
  expect(await handleCallback(unsigned, ingest)).toMatchObject({ status: 401 });
  expect(read).toBe(1);
  const early = await handleCallback(unsigned, ingest);
  expect(early).toMatchObject({ status: 401, headers: { connection: 'close' } });
  expect(read).toBe(1);
  expect((await handleCallback(requestWith(readBody), ingest)).status).toBe(401);
  expect(read).toBe(2);
  expect(lines.map((line) => (JSON.parse(line) as { keeping: string }).keeping)).toEqual([
    'kept',
    'over-rate',
    'over-rate',
  ]);
});

it('answers a body that does not end with a refusal that Sinch repeats', async () => {
  vi.useFakeTimers();
  const lines: string[] = [];
  const answering = handleCallback(
    requestWith(() => new Promise(() => {})),
    ingestThatLogsTo(lines),
  );
  await vi.advanceTimersByTimeAsync(bodyTimeoutMs);
  const answer = await answering;
  expect(answer).toMatchObject({ status: 429, headers: { connection: 'close' } });
  expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ outcome: 'slow-body', status: 429 });
});

it('evicts the larger body when too much is being read, with a refusal that Sinch repeats', async () => {
  vi.useFakeTimers();
  const ingest = ingestThatLogsTo([], 100);
  const endless = (bytes: number) =>
    requestWith(({ onBytes }) => {
      onBytes(bytes);
      return new Promise(() => {});
    });
  const large = handleCallback(endless(90), ingest);
  await vi.advanceTimersByTimeAsync(1);
  const small = handleCallback(endless(20), ingest);
  const answer = await large;
  expect(answer).toMatchObject({ status: 429, body: '{"status":"busy"}' });
  expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
  await vi.advanceTimersByTimeAsync(bodyTimeoutMs);
  expect(await small).toMatchObject({ body: '{"status":"slow-body"}' });
});
