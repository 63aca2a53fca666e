import { describe, expect, it } from 'vitest';
import { useMigratedDatabase } from '../support.ts';
import { at, inEveryOrder, on, report } from './every-order.ts';

// any-order.test.ts shows that order never matters; this shows what every order ends in, one
// guarantee for each rule of the projections.
const migrated = useMigratedDatabase();

describe('the status of a message on one channel', () => {
  it.each([
    ['QUEUED_ON_CHANNEL', 'NEW_STATUS'],
    ['QUEUED_ON_CHANNEL', 'QUEUED'],
    ['SWITCHING_CHANNEL', 'QUEUED'],
    ['SWITCHING_CHANNEL', 'QUEUED_ON_CHANNEL'],
    ['FAILED', 'QUEUED_ON_CHANNEL'],
    ['FAILED', 'SWITCHING_CHANNEL'],
    ['DELIVERED', 'FAILED'],
    ['READ', 'DELIVERED'],
    ['READ', 'NEW_STATUS'],
  ])('is %s although a later %s was reported', async (status, later) => {
    for (const where of [{}, on('SMS')]) {
      const bodies = [report(status, 1, where), report(later, 9, where)];
      await inEveryOrder(migrated, bodies, ({ message, message_channel: channels }) => {
        expect(message).toMatchObject([{ status }]);
        expect(channels).toMatchObject([{ status }]);
      });
    }
  });

  it.each([
    ['NEW_STATUS', 'A_NEWER_STATUS'],
    ['A_NEWER_STATUS', 'NEW_STATUS'],
  ])('of the two of one rank, %s and %s, is the later one', async (earlier, later) => {
    await inEveryOrder(migrated, [report(earlier, 1), report(later, 2)], ({ message }) => {
      expect(message).toMatchObject([{ status: later }]);
    });
  });

  it('of one rank is the one with a time, where the other has none', async () => {
    const bodies = [report('A', 1), report('B', undefined)];
    await inEveryOrder(migrated, bodies, ({ message }) => {
      expect(message).toMatchObject([{ status: 'A' }]);
    });
  });

  it('is ordered by the time of the report, not by that of the message', async () => {
    const bodies = [
      { ...report('A', 1), accepted_time: at(9) },
      { ...report('B', 2), accepted_time: at(0) },
    ];
    await inEveryOrder(migrated, bodies, ({ message }) => {
      expect(message).toMatchObject([{ status: 'B' }]);
    });
  });

  it('distinguishes nanoseconds, and orders equal instants always the same way', async () => {
    const nano = (status: string, digits: string) => ({
      ...report(status, 1),
      event_time: `2026-01-02T03:04:05.${digits}Z`,
    });
    await inEveryOrder(migrated, [nano('A', '123456789'), nano('B', '123456788')], (rows) => {
      expect(rows['message']).toMatchObject([{ status: 'A' }]);
    });
    const ends = new Map<number, unknown>();
    await inEveryOrder(migrated, [nano('A', '1'), nano('B', '1')], ({ message }, salt) => {
      const status = message?.[0]?.['status'];
      expect(ends.get(salt) ?? status).toBe(status);
      ends.set(salt, status);
    });
  });

  it('of a clock that is years ahead orders as if it had come when it was received', async () => {
    const bodies = [
      { ...report('A', 1), event_time: '2062-01-01T00:00:00Z' },
      { ...report('B', 1), event_time: '2026-01-02T03:05:04Z' },
    ];
    await inEveryOrder(migrated, bodies, ({ message, message_status: lines }) => {
      expect(message).toMatchObject([{ status: 'B' }]);
      expect(lines?.at(-1)?.['event_time']).toMatch(/^2062/);
    });
  });

  it('is absent after a submit, which gives channel and identity until a report does', async () => {
    const submit = {
      event_time: at(5),
      message_submit_notification: { message_id: 'm', ...on('SMS') },
    };
    await inEveryOrder(migrated, [submit], ({ message }) => {
      expect(message).toMatchObject([{ status: null, channel: 'SMS', identity: '15555550100' }]);
    });
    await inEveryOrder(migrated, [submit, report('QUEUED', 1, on('RCS'))], ({ message }) => {
      expect(message).toMatchObject([{ status: 'QUEUED', channel: 'RCS' }]);
    });
  });
});

describe('the status of a message on several channels', () => {
  const whole = (status: string, channel: string) => ({ message: [{ status, channel }] });

  it.each([
    [
      'DELIVERED',
      'SMS',
      [
        report('SWITCHING_CHANNEL', 2, on('RCS')),
        report('QUEUED_ON_CHANNEL', 3, on('RCS')),
        report('DELIVERED', 1, on('SMS')),
      ],
    ],
    [
      'DELIVERED',
      'RCS',
      [
        report('SWITCHING_CHANNEL', 2, on('RCS')),
        report('DELIVERED', 1, on('RCS')),
        report('FAILED', 3, on('SMS')),
      ],
    ],
    [
      'QUEUED_ON_CHANNEL',
      'TELEGRAM',
      [report('SWITCHING_CHANNEL', 9, on('RCS')), report('QUEUED_ON_CHANNEL', 1, on('TELEGRAM'))],
    ],
    [
      'QUEUED_ON_CHANNEL',
      'TELEGRAM',
      [
        report('QUEUED_ON_CHANNEL', 3, on('RCS')),
        report('SWITCHING_CHANNEL', 4, on('RCS')),
        report('QUEUED_ON_CHANNEL', 1, on('TELEGRAM')),
      ],
    ],
    [
      'SWITCHING_CHANNEL',
      'RCS',
      [report('SWITCHING_CHANNEL', 1, on('RCS')), report('QUEUED', 9, on('SMS'))],
    ],
    [
      'QUEUED_ON_CHANNEL',
      'SMS',
      [report('QUEUED_ON_CHANNEL', 1, on('RCS')), report('QUEUED_ON_CHANNEL', 2, on('SMS'))],
    ],
    [
      'QUEUED_ON_CHANNEL',
      'SMS',
      [report('QUEUED_ON_CHANNEL', 1, on('RCS')), report('QUEUED_ON_CHANNEL', 1, on('SMS'))],
    ],
    ['FAILED', 'SMS', [report('FAILED', 1, on('RCS')), report('FAILED', 2, on('SMS'))]],
    ['FAILED', 'RCS', [report('FAILED', 1, on('RCS')), report('FAILED', undefined, on('SMS'))]],
    ['READ', 'RCS', [report('READ', 1, on('RCS')), report('DELIVERED', 2)]],
    [
      'QUEUED_ON_CHANNEL',
      'SMS',
      [report('NEW_STATUS', 9, on('RCS')), report('QUEUED_ON_CHANNEL', 1, on('SMS'))],
    ],
  ])('is %s on %s after %j', async (status, channel, bodies) => {
    await inEveryOrder(migrated, bodies, (rows) => {
      expect(rows).toMatchObject(whole(status, channel));
    });
  });

  it('falls back to the status of the others when a channel is left', async () => {
    const bodies = [
      report('QUEUED_ON_CHANNEL', 3, on('RCS')),
      report('QUEUED_ON_CHANNEL', 2, on('SMS')),
      report('SWITCHING_CHANNEL', 4, on('RCS')),
    ];
    await inEveryOrder(migrated, bodies, (rows) => {
      expect(rows).toMatchObject(whole('QUEUED_ON_CHANNEL', 'SMS'));
    });
  });

  it('of an event follows the same rules', async () => {
    const event = (status: string, second: number, channel: string) => ({
      event_time: at(second),
      event_delivery_report: { event_id: 'e', status, ...on(channel), reason: { code: channel } },
    });
    const bodies = [
      event('SWITCHING_CHANNEL', 9, 'RCS'),
      event('QUEUED_ON_CHANNEL', 1, 'TELEGRAM'),
      event('NEW_STATUS', 3, 'SMS'),
    ];
    await inEveryOrder(migrated, bodies, (rows) => {
      expect(rows['event_delivery']).toMatchObject([
        { status: 'QUEUED_ON_CHANNEL', channel: 'TELEGRAM', reason_code: null },
      ]);
      expect(rows['event_delivery_channel']).toHaveLength(3);
    });
  });
});

describe('the history of a message', () => {
  it('has every report as a line of its own, however often it comes', async () => {
    const bodies = [report('DELIVERED', 1), report('DELIVERED', 1), report('DELIVERED', 2)];
    await inEveryOrder(migrated, bodies, ({ message_status: lines }) => {
      expect(lines).toHaveLength(2);
    });
  });

  it('has one line for a report in two serialisations, with the first receipt', async () => {
    const body = report('FAILED', undefined, { reason: { code: 'A' } });
    const again = JSON.stringify(body, undefined, 2);
    await inEveryOrder(migrated, [JSON.stringify(body), again], ({ message_status: lines }) => {
      expect(lines).toMatchObject([
        { received_at: expect.stringMatching(/^2026-01-02T03:05:00/), reason_code: 'A' },
      ]);
    });
  });
});

describe('the reason of a failure', () => {
  const failed = (second: number | undefined, code: string) =>
    report('FAILED', second, {
      ...on('SMS'),
      reason: { code, description: `why ${code}`, sub_code: 'S', channel_code: '131026' },
    });

  it('is that of the first of several failures of a channel', async () => {
    const bodies = [failed(1, 'B'), failed(2, 'A'), failed(undefined, 'C')];
    await inEveryOrder(migrated, bodies, ({ message, message_channel: channels }) => {
      const reason = {
        reason_code: 'B',
        reason_description: 'why B',
        reason_sub_code: 'S',
        reason_channel_code: '131026',
      };
      expect(message).toMatchObject([reason]);
      expect(channels).toMatchObject([reason]);
    });
  });

  it('is that of the failure, not of the switch before it', async () => {
    const bodies = [
      report('SWITCHING_CHANNEL', 1, { ...on('SMS'), reason: { code: 'A' } }),
      failed(2, 'B'),
    ];
    await inEveryOrder(migrated, bodies, ({ message }) => {
      expect(message).toMatchObject([{ reason_code: 'B' }]);
    });
  });

  it('is not shown of a message that was delivered after all, which is no failed one', async () => {
    const bodies = [failed(1, 'A'), report('DELIVERED', 2, on('SMS'))];
    await inEveryOrder(migrated, bodies, async ({ message }) => {
      expect(message).toMatchObject([{ status: 'DELIVERED', reason_code: null }]);
      expect(message?.[0]?.['failed_at']).toMatch(/^2026-01-02T03:04:01/);
      expect(await migrated.read('SELECT FROM message_failed')).toEqual([]);
    });
    await inEveryOrder(migrated, [failed(1, 'A')], async () => {
      const found = await migrated.read('SELECT reason_code FROM message_failed');
      expect(found).toEqual([{ reason_code: 'A' }]);
    });
  });
});
