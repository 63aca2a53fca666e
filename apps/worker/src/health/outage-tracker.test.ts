import { expect, it } from 'vitest';
import { combineOutages, createOutage } from './outage-tracker.ts';

function tell() {
  let now = 0;
  const lines: string[] = [];
  const outage = createOutage(
    {
      onLost: () => lines.push('lost'),
      onStillAway: ({ awayMs, failures }) => lines.push(`away ${awayMs} ${failures}`),
      onRestored: ({ awayMs, failures }) => lines.push(`restored ${awayMs} ${failures}`),
    },
    () => now,
    { reminderMs: 100, quietMs: 10 },
  );
  const failAt = (at: number) => {
    now = at;
    outage.failed(new Error('away'));
  };
  const answerAt = (at: number) => {
    now = at;
    outage.answered();
  };
  return { outage, lines, failAt, answerAt };
}

it('an outage is told at its begin, at its end, and now and then in between', () => {
  const { outage, lines, failAt, answerAt } = tell();
  for (let at = 0; at <= 250; at += 1) failAt(at);
  expect(outage.awayMs()).toBe(250);
  answerAt(260);
  answerAt(270);
  expect(lines).toEqual(['lost', 'away 100 101', 'away 200 201', 'restored 260 251']);
  expect(outage.awayMs()).toBeUndefined();
});

it('what comes and goes is told of once in a while, however often it does', () => {
  const { lines, failAt, answerAt } = tell();
  for (let at = 0; at < 100; at += 1) {
    failAt(at);
    answerAt(at);
  }
  expect(lines).toEqual(Array(10).fill(['lost', 'restored 0 1']).flat());
});

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
