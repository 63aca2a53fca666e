import { scheduleText } from '@sinch-callbacks/operations';
import { describe, expect, it } from 'vitest';
import { judgeRetention } from './judge-retention.ts';

const retention = {
  eventDays: 90,
  guardDays: 400,
  tableDays: { message: 730 },
  redactAfterDays: undefined,
};
const nothing = {
  eventDays: undefined,
  guardDays: undefined,
  tableDays: {},
  redactAfterDays: undefined,
};
const keep = { policy: 'keep', graceDays: 30 } as const;
const redact = { policy: 'redact', graceDays: 30 } as const;
const finishedAt = new Date('2026-01-02T03:00:00Z');
const runOf = (schedule: Parameters<typeof scheduleText>[0], removed = {}) => ({
  startedAt: finishedAt,
  finishedAt,
  schedule: scheduleText(schedule),
  removed,
});
const hoursLater = (hours: number) => new Date(finishedAt.getTime() + hours * 3_600_000);

describe('the schedule of removals', () => {
  const settings = { retention, contactDelete: redact };
  const removed = { 'callback_event removed': 12 };
  const last = runOf({ ...retention, contactDelete: redact }, removed);
  const seen = { last, ahead: undefined };

  it('is shown with what each value means', () => {
    const { status, message } = judgeRetention(settings, seen, hoursLater(1));
    expect(status).toBe('ok');
    expect(message.split('\n')).toEqual([
      'events and their bodies go after 90 days, up to a week later (RETENTION_DAYS)',
      'doubles are recognised for 400 days (GUARD_DAYS)',
      'rows go after: message 730 days; all others stay (RETENTION_PROJECTIONS_DAYS)',
      'texts, names and identities stay (REDACT_AFTER_DAYS)',
      'a contact that Sinch deletes is emptied 30 days after it (SINCH_ON_CONTACT_DELETE)',
      'last done 2026-01-02 03:00:00Z: callback_event removed 12',
    ]);
    expect(judgeRetention(settings, undefined, hoursLater(1)).status).toBe('ok');
  });

  it('is a warning where no worker keeps to it', () => {
    const none = { last: undefined, ahead: undefined };
    const at = (hours: number) => judgeRetention(settings, seen, hoursLater(hours)).status;
    expect(judgeRetention(settings, none, hoursLater(1)).status).toBe('warning');
    expect([at(47), at(49)]).toEqual(['ok', 'warning']);
    const sooner = { ...retention, eventDays: 30 };
    for (const other of [
      { ...settings, retention: sooner },
      { ...settings, contactDelete: keep },
      { ...settings, contactDelete: { ...redact, graceDays: 1 } },
    ]) {
      expect(judgeRetention(other, seen, hoursLater(1))).toMatchObject({
        status: 'warning',
        message: expect.stringContaining('by other values than those set here'),
      });
    }
  });

  it('is a warning where deleted contacts alone are to be treated, and no worker does', () => {
    const alone = { retention: nothing, contactDelete: redact };
    const none = { last: undefined, ahead: undefined };
    expect(judgeRetention(alone, none, hoursLater(1))).toMatchObject({
      status: 'warning',
      message: expect.stringContaining('no run has come to its end yet'),
    });
    const done = { last: runOf({ ...nothing, contactDelete: redact }), ahead: undefined };
    expect(judgeRetention(alone, done, hoursLater(47)).status).toBe('ok');
    expect(judgeRetention(alone, done, hoursLater(49)).status).toBe('warning');
  });

  it('is a warning where the last run left a contact, or a clock was ahead', () => {
    const failed = runOf({ ...retention, contactDelete: redact }, { 'contact failed': 2 });
    expect(judgeRetention(settings, { ...seen, last: failed }, hoursLater(1))).toMatchObject({
      status: 'warning',
      message: expect.stringContaining('2 deleted contacts could not be treated'),
    });
    const ahead = { ...seen, ahead: new Date('2027-01-02T03:00:00Z') };
    expect(judgeRetention(settings, ahead, hoursLater(1))).toMatchObject({
      status: 'warning',
      message: expect.stringContaining('a clock was ahead: 2027-01-02 03:00:00Z'),
    });
  });

  it('that is empty says that nothing expires', () => {
    const none = { last: undefined, ahead: undefined };
    const empty = { retention: nothing, contactDelete: keep };
    const { status, message } = judgeRetention(empty, none, hoursLater(1));
    expect([status, message.split('\n')]).toEqual([
      'ok',
      [
        'nothing expires by its age: no RETENTION_… variable is set',
        'a contact that Sinch deletes stays here (SINCH_ON_CONTACT_DELETE)',
      ],
    ]);
  });
});
