import { expect, it } from 'vitest';
import { combineOutages } from './combine-outages.ts';

it('an outage of several parts is over once each that failed has answered', () => {
  const calls: string[] = [];
  const part = combineOutages({
    failed: () => calls.push('failed'),
    answered: () => calls.push('answered'),
    awayMs: () => 5,
  });
  const [one, other] = [part(), part()];
  one.failed(new Error('away'));
  other.answered();
  other.failed(new Error('away'));
  one.answered();
  expect(calls).toEqual(['failed', 'failed']);
  expect([one.awayMs(), other.awayMs()]).toEqual([undefined, 5]);
  other.answered();
  expect(calls).toEqual(['failed', 'failed', 'answered']);
});
