import { expect, test } from 'vitest';
import type { Offer } from '../traffic/plan-traffic.ts';
import { judgeAnswer, usualRetryRules } from './delivery-rules.ts';
import { offersAt, runVirtually } from './virtual-sinch.fixture.ts';

test.each([
  [200, 'acknowledged'],
  [204, 'acknowledged'],
  [299, 'acknowledged'],
  [301, 'lost'],
  [400, 'lost'],
  [401, 'lost'],
  [404, 'lost'],
  [408, 'lost'],
  [413, 'lost'],
  [429, 'retry'],
  [500, 'retry'],
  [503, 'retry'],
])('%i: %s', (status, kind) => {
  expect(judgeAnswer({ kind: 'answered', status }, 1, usualRetryRules)).toMatchObject({ kind });
});

test.each([{ kind: 'timeout' }, { kind: 'unreachable', reason: 'ECONNREFUSED' }] as const)(
  'a request without an answer ($kind) is retried until the tries are used up',
  (answer) => {
    expect(judgeAnswer(answer, 14, usualRetryRules)).toEqual({
      kind: 'retry',
      delayMs: 40_960_000,
    });
    expect(judgeAnswer(answer, 15, usualRetryRules)).toEqual({ kind: 'given-up' });
  },
);

const hourMs = 3_600_000;

/** Collects the signatures of three tries and a copy, sent at 10:00:00 and later. */
function signatures(retrySignature: 'keep' | 'renew', heldMs = 0) {
  const [first] = offersAt([10 * hourMs]);
  if (first === undefined) throw new Error('no offer');
  const event = { ...first.event, heldMs };
  const offers: Offer[] = [
    { event, atMs: first.atMs },
    { event, atMs: first.atMs + 60_000 },
  ];
  const answer = ({ callback, number }: { callback: number; number: number }) =>
    ({ kind: 'answered', status: callback === 0 && number < 3 ? 503 : 200 }) as const;
  const { seen } = runVirtually(offers, { seed: 's', retrySignature, answer });
  return seen.map(({ attempt, sentMs }) => ({
    ...attempt.signature,
    ageSeconds: Math.floor(sentMs / 1_000) - attempt.signature.timestampSeconds,
  }));
}

test('kept: every try and copy has the first signature, which gets older', () => {
  const found = signatures('keep');

  expect(found).toHaveLength(4);
  expect(new Set(found.map(({ nonce }) => nonce)).size).toBe(1);
  expect(new Set(found.map(({ timestampSeconds }) => timestampSeconds)).size).toBe(1);
  expect(found.at(-1)?.ageSeconds).toBe(60);
});

test('kept: a callback that Sinch held back has a signature of that age', () => {
  expect(signatures('keep', 2 * hourMs)[0]?.ageSeconds).toBe(7_200);
});

test('renewed: every request is signed when it is sent', () => {
  const found = signatures('renew', 2 * hourMs);

  expect(new Set(found.map(({ nonce }) => nonce)).size).toBe(4);
  expect(found.map(({ ageSeconds }) => ageSeconds)).toEqual([0, 0, 0, 0]);
});
