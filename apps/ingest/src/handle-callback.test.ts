import { parseIngestConfig, readConfig } from '@sinch-callbacks/config';
import { createLogger } from '@sinch-callbacks/telemetry';
import { expect, it } from 'vitest';
import { handleCallback } from './handle-callback.ts';

function ingestThatLogsTo(lines: string[]) {
  return {
    config: readConfig(parseIngestConfig, { SINCH_WEBHOOK_SECRET: 'secret' }),
    logger: createLogger({
      name: 'test',
      level: 'info',
      destination: { write: (line) => lines.push(line) },
    }),
    producer: undefined,
    rejected: undefined,
  };
}

it('answers 503 to a bug of ours, writes it into the one line, and does not throw', async () => {
  const lines: string[] = [];
  const request = {
    method: 'POST',
    readHeader: () => undefined,
    readBody: () => Promise.reject(new TypeError('a bug')),
  };
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
  const lines: string[] = [];
  const request = {
    method: 'PUT',
    readHeader: () => undefined,
    readBody: () => Promise.reject(new Error('read')),
  };
  expect((await handleCallback(request, ingestThatLogsTo(lines))).status).toBe(405);
});
