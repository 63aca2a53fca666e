import type { KeepOutcome, RejectedCallback } from '@sinch-callbacks/queue';
import { expect, it } from 'vitest';
import { createRejectedKeeper } from './rejected-keeper.ts';

const callback: RejectedCallback = {
  rawBody: Buffer.from('{}'),
  headers: {},
  cause: 'signature-mismatch',
  receivedAt: new Date('2026-01-02T03:04:05Z'),
};

it('asks the store nothing when the rate is used up', async () => {
  const asked: RejectedCallback[] = [];
  const keep = async (asking: RejectedCallback): Promise<KeepOutcome> => {
    asked.push(asking);
    return await Promise.resolve('kept');
  };
  const tokens = [true, false];
  const keeper = createRejectedKeeper({ keep }, { take: () => tokens.shift() ?? false });
  expect(await keeper.keep(callback)).toEqual({ keeping: 'kept' });
  expect(await keeper.keep(callback)).toEqual({ keeping: 'over-rate' });
  expect(asked).toEqual([callback]);
});

it('never throws, and tells the kind of trouble without its details', async () => {
  const trouble = Object.assign(new Error('redis://:hunter2@cache refused'), {
    code: 'ECONNREFUSED',
  });
  const keep = async () => await Promise.reject(trouble);
  const keeper = createRejectedKeeper({ keep }, { take: () => true });
  expect(await keeper.keep(callback)).toEqual({
    keeping: 'failed',
    keepingFailure: 'ECONNREFUSED',
  });
});
