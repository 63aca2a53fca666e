import { createLoadTally } from '@sinch-callbacks/simulator/load';
import { describe, expect, it } from 'vitest';
import { type LoadFacts, resultOf } from '../load-result.ts';
import { htmlReport } from './html-report.ts';

const facts: LoadFacts = {
  seed: 'seed',
  url: 'http://127.0.0.1:3000/api/sinch/webhook',
  startedAt: new Date('2026-01-02T03:04:05Z'),
  shape: 'steady',
  spike: undefined,
  rate: 100,
  durationSeconds: 10,
  connections: 4,
  duplicates: 5,
};

function report(changes: Partial<LoadFacts> = {}, reason = 'ECONNREFUSED', busiest = 0.1): string {
  const tally = createLoadTally(1_000);
  const times = { dueMs: 100, sentMs: 101, endMs: 140 };
  tally.cameDue(100, 101);
  tally.wasSent(101);
  tally.settled({ key: 'KEY.1', ...times, answer: { kind: 'answered', status: 200 } });
  tally.cameDue(2_200, 2_201);
  tally.wasSent(2_201);
  tally.settled({ key: 'KEY.2', ...times, answer: { kind: 'unreachable', reason } });
  return htmlReport(resultOf({ ...facts, ...changes }, 'finished', tally, busiest, undefined));
}

describe('htmlReport', () => {
  it('shows foreign text as text, wherever it stands', () => {
    const evil = `"'><script>alert(1)</script>&`;
    const page = report({ seed: evil, url: `http://localhost/${evil}` }, evil);
    expect(page).not.toContain('<script');
    expect(page.match(/&lt;script&gt;alert\(1\)&lt;\/script&gt;&amp;/g)?.length).toBeGreaterThan(3);
  });

  it('forbids itself everything from elsewhere, and asks for nothing', () => {
    const page = report();
    expect(page).toContain(`content="default-src 'none'; style-src 'unsafe-inline'"`);
    expect(page).not.toMatch(/<(?:script|link|img|iframe)|\b(?:src|href|on\w+)=|@import|url\(/);
  });

  it('leaves gaps where nothing was due, and draws every number', () => {
    const page = report();
    expect(page).not.toMatch(/NaN|undefined|Infinity|null/);
    expect(page).toContain('seconds from the start');
    expect(page).not.toContain('Queue depth');
  });

  it('says when the sender was the bottleneck', () => {
    expect(report()).not.toContain('could not keep its schedule');
    expect(report({}, 'none', 0.99)).toContain('could not keep its schedule');
  });

  it('is drawn also when nothing happened at all', () => {
    const tally = createLoadTally(1_000);
    const page = htmlReport(resultOf(facts, 'interrupted', tally, 0, undefined));
    expect(page).not.toMatch(/NaN|undefined|Infinity/);
  });
});
