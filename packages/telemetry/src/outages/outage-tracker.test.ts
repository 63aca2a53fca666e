import { expect, it } from 'vitest';
import { combineOutages, createOutageTracker } from './outage-tracker.ts';

function openTracker() {
  let now = 0;
  const lines: string[] = [];
  const outage = createOutageTracker(
    {
      onLost: () => lines.push('lost'),
      onStillDown: ({ awayMs, failures }) => lines.push(`away ${awayMs} ${failures}`),
      onRestored: ({ awayMs, failures }) => lines.push(`restored ${awayMs} ${failures}`),
    },
    () => now,
    { reminderMs: 100, quietMs: 10 },
  );
  const failAt = (at: number) => {
    now = at;
    outage.recordFailure(new Error('down'));
  };
  const answerAt = (at: number) => {
    now = at;
    outage.recordSuccess();
  };
  return { outage, lines, failAt, answerAt };
}

it('an outage is reported when it begins, when it ends, and now and then in between', () => {
  const { outage, lines, failAt, answerAt } = openTracker();
  for (let at = 0; at <= 250; at += 1) failAt(at);
  expect(outage.downMs()).toBe(250);
  answerAt(260);
  answerAt(270);
  expect(lines).toEqual(['lost', 'away 100 101', 'away 200 201', 'restored 260 251']);
  expect(outage.downMs()).toBeUndefined();
});

it('an outage that comes and goes is reported once in a while, however often it does', () => {
  const { lines, failAt, answerAt } = openTracker();
  for (let at = 0; at < 100; at += 1) {
    failAt(at);
    answerAt(at);
  }
  expect(lines).toEqual(Array(10).fill(['lost', 'restored 0 1']).flat());
});

it('a server that fails once more while it comes back is not reported again, unless it stays away', () => {
  const { lines, failAt, answerAt } = openTracker();
  failAt(0);
  answerAt(50);
  failAt(51);
  answerAt(52);
  expect(lines).toEqual(['lost', 'restored 50 1']);
  for (let at = 53; at <= 60; at += 1) failAt(at);
  answerAt(70);
  expect(lines).toEqual(['lost', 'restored 50 1', 'lost', 'restored 17 8']);
});

it('an outage of several parts is over once each that failed has answered', () => {
  const calls: string[] = [];
  const part = combineOutages({
    recordFailure: () => calls.push('failed'),
    recordSuccess: () => calls.push('answered'),
    downMs: () => 5,
  });
  const [one, other] = [part(), part()];
  one.recordFailure(new Error('down'));
  other.recordSuccess();
  other.recordFailure(new Error('down'));
  one.recordSuccess();
  expect(calls).toEqual(['failed', 'failed']);
  expect([one.downMs(), other.downMs()]).toEqual([undefined, 5]);
  other.recordSuccess();
  expect(calls).toEqual(['failed', 'failed', 'answered']);
});
