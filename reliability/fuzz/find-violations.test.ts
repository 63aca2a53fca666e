import { describe, expect, it } from 'vitest';
import { findViolations } from './find-violations.ts';
import type { Evidence } from './fuzz-ingest.ts';
import { noOutcomes } from './requests/run-campaign.ts';

const mebibyte = 1024 * 1024;
const memory = { rssBytes: 150 * mebibyte, heapBytes: 40 * mebibyte };

function evidence(changes: Partial<Evidence> = {}): Evidence {
  return {
    seed: 'x',
    seconds: 1,
    outcomes: { ...noOutcomes(), requests: 100_000 },
    probe: { count: 2, failures: [], worstMs: 1, medianMs: 1, bodies: ['a', 'b'] },
    memory: { start: memory, end: memory, peakRssBytes: 0 },
    kept: {
      states: {},
      lost: [],
      unverified: [],
      rejectedEntries: 5_000,
      rejectedBytes: 16 * mebibyte,
      strangeKeys: [],
      redisKeys: 0,
    },
    ended: [],
    log: { byStatus: new Map([[200, 2]]), lines: 2, bytes: 2, strays: [] },
    ...changes,
  };
}

describe('findViolations', () => {
  it('finds none when every promise is kept', () => {
    expect(findViolations(evidence())).toEqual([]);
  });

  const { kept, log, probe, outcomes } = evidence();
  it.each<[string, Partial<Evidence>]>([
    ['a wrong answer', { outcomes: { ...outcomes, wrong: ['#1'] } }],
    ['more of them than are shown', { outcomes: { ...outcomes, wrongCount: 1 } }],
    ['an ordinary callback that was refused', { probe: { ...probe, failures: ['503'] } }],
    ['a process that ended', { ended: ['ingest (exit code 1)'] }],
    [
      'a heap that grew',
      { memory: { start: memory, end: { ...memory, heapBytes: 49 * mebibyte }, peakRssBytes: 0 } },
    ],
    [
      'a process that grew',
      { memory: { start: memory, end: { ...memory, rssBytes: 181 * mebibyte }, peakRssBytes: 0 } },
    ],
    ['too many rejected', { kept: { ...kept, rejectedEntries: 5_001 } }],
    ['too large a store', { kept: { ...kept, rejectedBytes: 16 * mebibyte + 1 } }],
    ['a lost event', { kept: { ...kept, lost: ['x'] } }],
    ['an event that was never signed', { kept: { ...kept, unverified: ['x'] } }],
    ['an unknown key', { kept: { ...kept, strangeKeys: ['x'] } }],
    ['an answer without a line', { log: { ...log, byStatus: new Map([[200, 1]]) } }],
    [
      'more lines than requests',
      {
        log: {
          ...log,
          byStatus: new Map([
            [401, 300_000],
            [200, 2],
          ]),
        },
      },
    ],
    ['a stack trace in the log', { log: { ...log, strays: ['TypeError'] } }],
  ])('finds %s', (_, changes) => {
    expect(findViolations(evidence(changes))).toHaveLength(1);
  });
});
