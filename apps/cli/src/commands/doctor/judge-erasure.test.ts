import { describe, expect, it } from 'vitest';
import { judgeErasure } from './judge-erasure.ts';

const at = new Date('2026-01-02T03:00:00Z');
const run = (removed: Record<string, number>) => ({
  startedAt: at,
  finishedAt: at,
  schedule: '{}',
  removed,
});
const erasure = { key: 'k'.repeat(32), logFile: '/var/erasures' };
const without = { key: undefined, logFile: undefined };

describe('the treatment of contacts that Sinch deleted', () => {
  it('is shown with its days of grace', () => {
    const contactDelete = { policy: 'redact', graceDays: 30 } as const;
    const { status, message } = judgeErasure({ erasure: without, contactDelete }, 'none');
    expect(status).toBe('ok');
    expect(message.split('\n')).toEqual([
      'contacts that Sinch deleted are redacted after 30 days (SINCH_ON_CONTACT_DELETE)',
      'no one can be erased: no ERASURE_KEY, no ERASURE_LOG',
    ]);
  });

  it('is a failure where it is to erase and lacks the key or the log', () => {
    const contactDelete = { policy: 'erase', graceDays: 0 } as const;
    expect(judgeErasure({ erasure, contactDelete }, run({})).status).toBe('ok');
    const { status, message } = judgeErasure(
      { erasure: { ...erasure, logFile: undefined }, contactDelete },
      undefined,
    );
    expect([status, message]).toEqual(['failure', expect.stringContaining('no ERASURE_LOG')]);
  });

  it('is a warning where the last run could not erase a contact', () => {
    const contactDelete = { policy: 'erase', graceDays: 30 } as const;
    expect(judgeErasure({ erasure, contactDelete }, run({ 'contact failed': 2 }))).toMatchObject({
      status: 'warning',
      message: expect.stringContaining('2 contacts could not be erased'),
    });
  });
});
