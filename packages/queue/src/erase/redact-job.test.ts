import { type CallbackEvent, encodeRawBody } from '@sinch-callbacks/core';
import { expect, it } from 'vitest';
import { finishedJobData, jobDataOf, readJobData } from '../contract/job-contract.ts';
import { redactJob } from './redact-job.ts';

const now = new Date('2026-01-02T03:04:05Z');
const matches = (text: string) => text.includes('Ada');
const emptied = encodeRawBody(Buffer.from('{}'));
const rules = { matches, redact: () => emptied };
const event: CallbackEvent = {
  key: 'MESSAGE_INBOUND.01E.0123456789abcdef0123456789abcdef',
  trigger: 'MESSAGE_INBOUND',
  entityId: '01E',
  rawBody: encodeRawBody(Buffer.from('{"text":"Ada"}')),
  receivedAt: '2026-01-02T03:04:05.678Z',
  signature: undefined,
};
const attempt = { replay: 0, attempt: 1, at: '', errorClass: 'transient', message: 'bad "Ada"' };
const data = { ...jobDataOf(event, 0), attempts: [attempt] };
const text = JSON.stringify(data);

it('an unfinished job stays readable, with the redacted body and without quotes of it', () => {
  const { changes, left } = redactJob({ data: text, opts: '{}' }, 'unfinished', rules, now);
  expect(left).toBeUndefined();
  expect(Object.keys(changes)).toEqual(['data']);
  const reading = readJobData(JSON.parse(changes['data'] ?? ''));
  expect(reading).toMatchObject({
    kind: 'readable',
    job: {
      event: { ...event, rawBody: emptied },
      attempts: [{ ...attempt, message: '(redacted)' }],
    },
  });
});

it('a body that may not be redacted stays, and is left for the worker', () => {
  const keeping = { matches, redact: () => undefined };
  const fields = { data: JSON.stringify(jobDataOf(event, 0), undefined, 1) };
  const kept = redactJob(fields, 'unfinished', keeping, now);
  expect(kept).toEqual({ changes: {}, left: 'waiting' });
});

it('a job on trial is left, because its process writes the whole data back', () => {
  const onTrial = JSON.stringify({ ...data, suspectedAt: now.toISOString() });
  const result = redactJob({ data: onTrial }, 'unfinished', rules, now);
  expect(result).toEqual({ changes: {}, left: 'active' });
  const later = new Date(now.getTime() + 3_600_000);
  expect(redactJob({ data: onTrial }, 'unfinished', rules, later).left).toBeUndefined();
});

it('a job of a newer release is left for a newer worker', () => {
  const newer = JSON.stringify({ ...data, version: 2 });
  expect(redactJob({ data: newer }, 'unfinished', rules, now)).toEqual({
    changes: {},
    left: 'waiting',
  });
});

it('a finished job is only a guard against doubles afterwards', () => {
  const fields = { data: text, failedReason: 'of Ada', stacktrace: '["at Ada"]' };
  expect(redactJob(fields, 'finished', rules, now).changes).toEqual({
    data: JSON.stringify(finishedJobData),
    failedReason: '(redacted)',
    stacktrace: '["(redacted)"]',
  });
});

it('a copy of a dead letter keeps its key and loses its quotes', () => {
  const copy = { message: 'bad "Ada"', key: event.key, attempts: [attempt] };
  const { changes } = redactJob({ data: JSON.stringify(copy) }, 'dead', rules, now);
  expect(JSON.parse(changes['data'] ?? '')).toEqual({
    message: '(redacted)',
    key: event.key,
    attempts: [{ ...attempt, message: '(redacted)' }],
  });
});

it('a malformed job keeps its form and loses the texts', () => {
  const { changes } = redactJob({ data: '{"a":["Ada",1.50]}' }, 'unfinished', rules, now);
  expect(changes).toEqual({ data: '{"a":["(redacted)",1.50]}' });
});

it('options stay whole, also where a part of them is spelt as the person', () => {
  const opts = JSON.stringify({ attempts: 12, backoff: { type: 'fixed' }, jobId: 'of Ada' });
  const strict = { ...rules, matches: (one: string) => /attempts|backoff|Ada/.test(one) };
  expect(redactJob({ opts }, 'unfinished', strict, now).changes).toEqual({});
});

it('what does not name the person stays as it is, to the byte', () => {
  const fields = { data: text.replaceAll('Ada', 'Bob'), failedReason: 'of Bob' };
  expect(redactJob(fields, 'unfinished', rules, now)).toEqual({ changes: {}, left: undefined });
});
