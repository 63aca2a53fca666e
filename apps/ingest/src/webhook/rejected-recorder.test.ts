import type { KeepOutcome, RejectedCallback } from '@sinch-callbacks/queue';
import { expect, it } from 'vitest';
import { createRejectedRecorder } from './rejected-recorder.ts';

const callback: RejectedCallback = {
  rawBody: Buffer.from('{}'),
  headers: {},
  cause: 'signature-mismatch',
  receivedAt: new Date('2026-01-02T03:04:05Z'),
};

it('acquires as often as the rate allows', async () => {
  const keep = async (): Promise<KeepOutcome> => await Promise.resolve('kept');
  const tokens = [true, false];
  const recorder = createRejectedRecorder({ keep }, { take: () => tokens.shift() ?? false });
  expect([recorder.tryAcquire(), recorder.tryAcquire()]).toEqual([true, false]);
  expect(await recorder.keep(callback)).toEqual({ keeping: 'kept' });
});

it('never throws, and returns an error’s code without its details', async () => {
  const error = Object.assign(new Error('redis://:hunter2@cache refused'), {
    code: 'ECONNREFUSED',
  });
  const keep = async () => await Promise.reject(error);
  const recorder = createRejectedRecorder({ keep }, { take: () => true });
  expect(await recorder.keep(callback)).toEqual({
    keeping: 'failed',
    keepingFailure: 'ECONNREFUSED',
  });
});
