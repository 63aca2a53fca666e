import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { at, inEveryOrder, on, report } from './every-order.ts';
import { type MigratedDatabase, openMigratedDatabase } from './support.ts';

// any-order.test.ts shows that order never matters; this shows what every order ends in, one
// guarantee for each rule of the projections.
let migrated: MigratedDatabase;

beforeAll(async () => {
  migrated = await openMigratedDatabase();
});

afterAll(async () => {
  await migrated.close();
});

describe('the status of a message', () => {
  it.each([
    ['QUEUED_ON_CHANNEL', 'NEW_STATUS'],
    ['QUEUED_ON_CHANNEL', 'QUEUED'],
    ['SWITCHING_CHANNEL', 'QUEUED'],
    ['FAILED', 'QUEUED_ON_CHANNEL'],
    ['FAILED', 'SWITCHING_CHANNEL'],
    ['DELIVERED', 'FAILED'],
    ['READ', 'DELIVERED'],
    ['READ', 'NEW_STATUS'],
  ])('is %s although a later %s was reported', async (status, later) => {
    await inEveryOrder(migrated, [report(status, 1), report(later, 9)], ({ message }) => {
      expect(message).toMatchObject([{ status }]);
    });
  });

  it.each([
    ['QUEUED_ON_CHANNEL', 'SWITCHING_CHANNEL'],
    ['SWITCHING_CHANNEL', 'QUEUED_ON_CHANNEL'],
  ])('of the two of one rank, %s and %s, is the later one', async (earlier, later) => {
    await inEveryOrder(migrated, [report(earlier, 1), report(later, 2)], ({ message }) => {
      expect(message).toMatchObject([{ status: later }]);
    });
  });

  it('of one rank is the one with a time, where the other has none', async () => {
    const bodies = [report('SWITCHING_CHANNEL', 1), report('QUEUED_ON_CHANNEL', undefined)];
    await inEveryOrder(migrated, bodies, ({ message }) => {
      expect(message).toMatchObject([{ status: 'SWITCHING_CHANNEL' }]);
    });
  });

  it('is ordered by the time of the report, not by that of the message', async () => {
    const bodies = [
      { ...report('SWITCHING_CHANNEL', 1), accepted_time: at(9) },
      { ...report('QUEUED_ON_CHANNEL', 2), accepted_time: at(0) },
    ];
    await inEveryOrder(migrated, bodies, ({ message }) => {
      expect(message).toMatchObject([{ status: 'QUEUED_ON_CHANNEL' }]);
    });
  });

  it('tells nanoseconds apart, and settles the very same instant always the same way', async () => {
    const nano = (status: string, digits: string) => ({
      ...report(status, 1),
      event_time: `2026-01-02T03:04:05.${digits}Z`,
    });
    const apart = [nano('SWITCHING_CHANNEL', '123456789'), nano('QUEUED_ON_CHANNEL', '123456788')];
    await inEveryOrder(migrated, apart, ({ message }) => {
      expect(message).toMatchObject([{ status: 'SWITCHING_CHANNEL' }]);
    });
    const same = [nano('SWITCHING_CHANNEL', '1'), nano('QUEUED_ON_CHANNEL', '1')];
    const ends = new Map<number, unknown>();
    await inEveryOrder(migrated, same, ({ message }, salt) => {
      const status = message?.[0]?.['status'];
      expect(ends.get(salt) ?? status).toBe(status);
      ends.set(salt, status);
    });
  });

  it('counts per channel: one is switched away from, the next delivers', async () => {
    const bodies = [
      report('QUEUED_ON_CHANNEL', 3, on('RCS')),
      report('SWITCHING_CHANNEL', 2, on('RCS')),
      report('DELIVERED', 1, on('SMS')),
    ];
    await inEveryOrder(migrated, bodies, ({ message, message_channel: channels }) => {
      expect(message).toMatchObject([{ status: 'DELIVERED', channel: 'SMS' }]);
      expect(channels).toMatchObject([
        { channel: 'RCS', status: 'SWITCHING_CHANNEL' },
        { channel: 'SMS', status: 'DELIVERED' },
      ]);
    });
  });

  it('counts per channel: the one that was given up still delivers', async () => {
    const bodies = [
      report('SWITCHING_CHANNEL', 2, on('RCS')),
      report('DELIVERED', 1, on('RCS')),
      report('FAILED', 3, on('SMS')),
    ];
    await inEveryOrder(migrated, bodies, ({ message, message_channel: channels }) => {
      expect(message).toMatchObject([{ status: 'DELIVERED', channel: 'RCS' }]);
      expect(channels).toMatchObject([{ status: 'DELIVERED' }, { status: 'FAILED' }]);
    });
  });

  it('keeps every report as a line of its own, however often it comes', async () => {
    const bodies = [report('DELIVERED', 1), report('DELIVERED', 1), report('DELIVERED', 2)];
    await inEveryOrder(migrated, bodies, ({ message_status: lines }) => {
      expect(lines).toHaveLength(2);
    });
  });

  it('of an event follows the same ranks', async () => {
    const event = (status: string, second: number) => ({
      event_time: at(second),
      event_delivery_report: { event_id: 'e', status, reason: { code: `C${second}` } },
    });
    const bodies = [event('DELIVERED', 1), event('FAILED', 2), event('NEW_STATUS', 3)];
    await inEveryOrder(migrated, bodies, ({ event_delivery: deliveries }) => {
      expect(deliveries).toMatchObject([{ status: 'DELIVERED', reason_code: 'C1' }]);
    });
  });
});

describe('the reason of a failure', () => {
  const failed = (second: number | undefined, code: string) =>
    report('FAILED', second, { ...on('SMS'), reason: { code, description: `why ${code}` } });

  it('is that of the first of several failures', async () => {
    const bodies = [failed(1, 'B'), failed(2, 'A'), failed(undefined, 'C')];
    await inEveryOrder(migrated, bodies, ({ message, message_channel: channels }) => {
      expect(message).toMatchObject([{ reason_code: 'B', reason_description: 'why B' }]);
      expect(channels).toMatchObject([{ reason_code: 'B' }]);
    });
  });

  it('is that of the failure, not of the switch before it', async () => {
    const bodies = [report('SWITCHING_CHANNEL', 1, { reason: { code: 'A' } }), failed(2, 'B')];
    await inEveryOrder(migrated, bodies, ({ message }) => {
      expect(message).toMatchObject([{ reason_code: 'B' }]);
    });
  });

  it('stays when another report has none', async () => {
    const bodies = [failed(1, 'A'), report('READ', 2, { ...on('SMS'), reason: '' })];
    await inEveryOrder(migrated, bodies, ({ message }) => {
      expect(message).toMatchObject([{ status: 'READ', reason_code: 'A' }]);
    });
  });
});
