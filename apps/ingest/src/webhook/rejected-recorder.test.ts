import type { KeepOutcome, RejectedCallback } from '@sinch-callbacks/queue';
import { expect, it } from 'vitest';
import { createRejectedRecorder } from './rejected-recorder.ts';

const callback: RejectedCallback = {
  rawBody: Buffer.from('{}'),
  headers: {},
  cause: 'signature-mismatch',
  receivedAt: new Date('2026-01-02T03:04:05Z'),
};

it('gives as many turns as the rate allows', async () => {
  const keep = async (): Promise<KeepOutcome> => await Promise.resolve('kept');
  const tokens = [true, false];
  const keeper = createRejectedRecorder({ keep }, { take: () => tokens.shift() ?? false });
  expect([keeper.tryAcquire(), keeper.tryAcquire()]).toEqual([true, false]);
  expect(await keeper.keep(callback)).toEqual({ keeping: 'kept' });
});

it('never throws, and tells the kind of trouble without its details', async () => {
  const trouble = Object.assign(new Error('redis://:hunter2@cache refused'), {
    code: 'ECONNREFUSED',
  });
  const keep = async () => await Promise.reject(trouble);
  const keeper = createRejectedRecorder({ keep }, { take: () => true });
  expect(await keeper.keep(callback)).toEqual({
    keeping: 'failed',
    keepingFailure: 'ECONNREFUSED',
  });
});
