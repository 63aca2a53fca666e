import { describe, expect, it } from 'vitest';
import { judgeRetention } from './judge-retention.ts';

const nothing = {
  eventDays: undefined,
  guardDays: undefined,
  tableDays: {},
  redactAfterDays: undefined,
};
const days = { ...nothing, eventDays: 90, guardDays: 400, tableDays: { message: 730 } };
const finishedAt = new Date('2026-01-02T03:00:00Z');
const last = {
  startedAt: finishedAt,
  finishedAt,
  schedule: JSON.stringify(days),
  removed: { 'callback_event removed': 12 },
};
const hoursLater = (hours: number) => new Date(finishedAt.getTime() + hours * 3_600_000);

describe('the schedule of removals', () => {
  it('is shown with what each value means', () => {
    const { status, message } = judgeRetention(days, last, hoursLater(1));
    expect(status).toBe('ok');
    expect(message.split('\n')).toEqual([
      'events and their bodies go after 90 days, up to a week later (RETENTION_DAYS)',
      'doubles are recognised for 400 days (GUARD_DAYS)',
      'rows go after: message 730 days; all others stay (RETENTION_PROJECTIONS_DAYS)',
      'texts, names and identities stay (REDACT_AFTER_DAYS)',
      'last done 2026-01-02 03:00:00Z: callback_event removed 12',
    ]);
  });

  it('is a warning where no worker keeps to it', () => {
    expect(judgeRetention(days, 'none', hoursLater(1)).status).toBe('warning');
    expect(judgeRetention(days, last, hoursLater(47)).status).toBe('ok');
    expect(judgeRetention(days, last, hoursLater(49)).status).toBe('warning');
    const others = judgeRetention({ ...days, eventDays: 30 }, last, hoursLater(1));
    expect(others).toMatchObject({
      status: 'warning',
      message: expect.stringContaining('by other days than those set here'),
    });
  });

  it('that is empty says that nothing expires', () => {
    const { status, message } = judgeRetention(nothing, 'none', hoursLater(1));
    expect([status, message]).toEqual(['ok', expect.stringContaining('nothing expires by itself')]);
  });
});
