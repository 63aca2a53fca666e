import { describe, expect, it } from 'vitest';
import { judgeErasure } from './judge-erasure.ts';

const erasure = { key: 'k'.repeat(32), logFile: '/var/erasures' };
const without = { key: undefined, logFile: undefined };

describe('the erasure of people', () => {
  it('is shown as possible, or with what it lacks', () => {
    const contactDelete = { policy: 'redact', graceDays: 30 } as const;
    expect(judgeErasure({ erasure, contactDelete })).toMatchObject({
      status: 'ok',
      message: 'people can be erased',
    });
    expect(judgeErasure({ erasure: without, contactDelete })).toMatchObject({
      status: 'ok',
      message: 'no one can be erased: no ERASURE_KEY, no ERASURE_LOG',
    });
  });

  it('is a failure where contacts are to be erased, and the key or the log is missing', () => {
    const contactDelete = { policy: 'erase', graceDays: 0 } as const;
    expect(judgeErasure({ erasure, contactDelete }).status).toBe('ok');
    const { status, message } = judgeErasure({
      erasure: { ...erasure, logFile: undefined },
      contactDelete,
    });
    expect([status, message]).toEqual(['failure', expect.stringContaining('no ERASURE_LOG')]);
  });
});
