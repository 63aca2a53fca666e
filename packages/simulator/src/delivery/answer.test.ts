import { expect, test } from 'vitest';
import { judgeAnswer, usualRetryRules } from './answer.ts';

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
  'no answer ($kind) is tried again, until the tries are used up',
  (answer) => {
    expect(judgeAnswer(answer, 14, usualRetryRules)).toEqual({
      kind: 'retry',
      delayMs: 40_960_000,
    });
    expect(judgeAnswer(answer, 15, usualRetryRules)).toEqual({ kind: 'given-up' });
  },
);
