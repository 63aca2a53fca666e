import { describe, expect, it } from 'vitest';
import { judgeErasure } from './judge-erasure.ts';

const erasure = { key: 'k'.repeat(32), logFile: '/var/erasures' };
const without = { key: undefined, logFile: undefined };

describe('the erasure of people', () => {
  it('is shown as possible, or with what it lacks', () => {
    const contactDelete = { policy: 'redact', graceDays: 30 } as const;
    expect(judgeErasure({ erasure, contactDelete }, {})).toMatchObject({
      status: 'ok',
      message: 'people can be erased',
    });
    expect(judgeErasure({ erasure: without, contactDelete }, {})).toMatchObject({
      status: 'ok',
      message: 'no one can be erased: no ERASURE_KEY, no ERASURE_LOG',
    });
  });

  it('is a failure where contacts are to be erased, and the key or the log is missing', () => {
    const contactDelete = { policy: 'erase', graceDays: 0 } as const;
    expect(judgeErasure({ erasure, contactDelete }, {}).status).toBe('ok');
    const { status, message } = judgeErasure(
      { erasure: { ...erasure, logFile: undefined }, contactDelete },
      {},
    );
    expect([status, message]).toEqual(['failure', expect.stringContaining('no ERASURE_LOG')]);
  });
});

describe('erasures', () => {
  const contactDelete = { policy: 'keep', graceDays: 0 } as const;
  const judge = (findings: Parameters<typeof judgeErasure>[1]) =>
    judgeErasure({ erasure, contactDelete }, findings);

  it('that have not ended are a warning, with the oldest of them', () => {
    expect(
      judge({
        records: { running: 2, runningSince: new Date('2026-01-02T03:00:00Z'), keyId: 'a' },
      }),
    ).toMatchObject({
      status: 'warning',
      message: expect.stringContaining(
        '2 erasures have not ended, the oldest since 2026-01-02T03:00:00.000Z',
      ),
      advice: expect.stringContaining('callbacks erase --continue'),
    });
  });

  it('that the log does not have are a warning', () => {
    expect(judge({ log: { kind: 'usable', missing: 0, cutLines: 1 } }).status).toBe('ok');
    expect(judge({ log: { kind: 'usable', missing: 3, cutLines: 0 } })).toMatchObject({
      status: 'warning',
      message: expect.stringContaining('ERASURE_LOG does not have 3 erasures of this database'),
    });
  });

  it('are impossible with a log that cannot be written, or another key', () => {
    const log = {
      kind: 'unusable',
      reason: 'ERASURE_LOG (/x) cannot be written: EACCES.',
    } as const;
    expect(judge({ log })).toMatchObject({
      status: 'failure',
      message: expect.stringContaining(log.reason),
    });
    const records = { running: 0, runningSince: undefined, keyId: 'a' };
    expect(judge({ records, keyId: 'a' }).status).toBe('ok');
    expect(judge({ records, keyId: 'b' })).toMatchObject({
      status: 'failure',
      message: expect.stringContaining('this is not the ERASURE_KEY that erased people here'),
    });
  });
});
