import { burst } from '@sinch-callbacks/simulator';
import { describe, expect, test } from 'vitest';
import { describeBurst, findProblems } from './describe-burst.ts';
import type { BurstResult } from './send-burst.ts';
import type { MessageResult } from './send-message.ts';

const planned = burst({ seed: 'table', messages: 10, startAt: new Date('2026-02-01T00:00:00Z') });
const { callbacks, uniqueEvents, messages } = planned.expected;
const sound: BurstResult = {
  burst: planned,
  report: {
    sent: callbacks,
    accepted: callbacks - 2,
    duplicate: 2,
    rejected: 0,
    givenUp: 0,
    retries: 0,
  },
  applied: uniqueEvents - 3,
  unhandled: 2,
  dead: 1,
  lost: 0,
  messages,
  wrongStatuses: 0,
  sendSeconds: 1.23,
  applySeconds: 2.34,
};

const delivered: MessageResult = { state: 'SENT', status: 'DELIVERED', atPhone: 1 };

describe('the table', () => {
  test('has a line for every number, and they add up', () => {
    const numbers = new Map(
      describeBurst(sound, delivered).map((line) => {
        const [name = '', count] = line.trim().split(/\s+/);
        return [name, Number(count)];
      }),
    );

    expect(Object.fromEntries(numbers)).toEqual({
      sent: callbacks,
      accepted: callbacks,
      duplicates: callbacks - uniqueEvents,
      rejected: 0,
      applied: uniqueEvents - 1,
      dead: 1,
      lost: 0,
      phone: 1,
    });
  });
});

describe('problems', () => {
  test('there are none when all is well', () => {
    expect(findProblems(sound, delivered)).toEqual([]);
  });

  test.each<[string, BurstResult]>([
    ['1 events are in no row', { ...sound, lost: 1 }],
    ['2 events are dead, not 1', { ...sound, dead: 2 }],
    ['3 messages ended in a wrong status', { ...sound, wrongStatuses: 3 }],
    ['4 callbacks were rejected', { ...sound, report: { ...sound.report, rejected: 4 } }],
    [
      '5 got no answer (HTTP 503)',
      { ...sound, report: { ...sound.report, givenUp: 5, lastFailure: 'HTTP 503' } },
    ],
    [`0 messages, not ${messages}`, { ...sound, messages: 0 }],
  ])('%s', (problem, result) => {
    expect(findProblems(result, delivered)).toEqual([problem]);
  });

  test.each<[string, Partial<MessageResult>]>([
    ['the message that was sent is at its phone 0 times', { atPhone: 0 }],
    ['the message that was sent is at its phone 2 times', { atPhone: 2 }],
    ['the message that was sent is SENT, and its delivery FAILED', { status: 'FAILED' }],
    ['the message that was sent is UNCERTAIN, and its delivery DELIVERED', { state: 'UNCERTAIN' }],
  ])('%s', (problem, change) => {
    expect(findProblems(sound, { ...delivered, ...change })).toEqual([problem]);
  });
});
