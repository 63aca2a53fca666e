import { createPartitionsAhead, findDeadLetter } from '@sinch-callbacks/db';
import { describe, expect, it } from 'vitest';
import { useSchedule } from './support/use-schedule.ts';
import { eventOf, received, reportEvent } from './support/write-event.ts';

const retention = useSchedule();
const { write, die, runAt, count, countAll, dump } = retention;
const dayMs = 86_400_000;
/** A Monday, whose week has a partition. */
const monday = Date.parse('2025-03-10T00:00:00.000Z');
const weekEnd = monday + 7 * dayMs;
/** The week of no partition. */
const longAgo = Date.parse('2020-01-01T12:00:00.000Z');
/** Nothing goes by an instant of the future. */
const muchLater = Date.now();

const partitionsOfTheWeek = async () =>
  await createPartitionsAhead(retention.database, new Date(monday));

describe('RETENTION_DAYS', () => {
  const schedule = { eventDays: 30 };

  it('drops a week once its end is so long ago, with its first and its last event, and not before', async () => {
    await partitionsOfTheWeek();
    await write(received(reportEvent('first'), monday));
    await write(received(reportEvent('last'), weekEnd - 1));
    await write(received(reportEvent('next'), weekEnd));
    const due = weekEnd + 30 * dayMs;
    expect(await runAt(due - 1, schedule)).toEqual({});
    expect(await runAt(due, schedule)).toEqual({ callback_event: 2 });
    expect(await count('callback_event')).toBe(1);
    expect([await count('message'), await count('event_guard')]).toEqual([3, 3]);
    expect(await runAt(due, schedule)).toEqual({});
  });

  it('removes single events of weeks without a partition to the millisecond', async () => {
    await write(received(reportEvent('m'), longAgo));
    expect(await runAt(longAgo + 30 * dayMs, schedule)).toEqual({});
    expect(await runAt(longAgo + 30 * dayMs + 1, schedule)).toEqual({ callback_event: 1 });
  });

  it('leaves an event that was applied late for as long as one that came then', async () => {
    await partitionsOfTheWeek();
    await write(received(reportEvent('late'), monday), weekEnd + 20 * dayMs);
    expect(await runAt(weekEnd + 50 * dayMs, schedule)).toEqual({});
    expect(await runAt(weekEnd + 50 * dayMs + 1, schedule)).toEqual({ callback_event: 1 });
  });
});

describe('GUARD_DAYS', () => {
  it('absorb a double after its body is gone, to the millisecond', async () => {
    await partitionsOfTheWeek();
    const event = received(reportEvent('m'), monday);
    await write(event);
    const schedule = { eventDays: 8, guardDays: 60 };
    expect(await runAt(weekEnd + 8 * dayMs, schedule)).toEqual({ callback_event: 1 });
    expect(await count('callback_event')).toBe(0);
    const double = received(event, monday + 60 * dayMs);
    expect(await runAt(monday + 60 * dayMs, schedule)).toEqual({});
    expect(await write(double)).toBe('duplicate');
    expect(await count('callback_event')).toBe(0);
    expect(await runAt(monday + 60 * dayMs + 1, schedule)).toEqual({ event_guard: 1 });
    expect(await write(double)).toBe('applied');
  });

  it('that are not said recognise doubles for good', async () => {
    await write(received(reportEvent('m'), longAgo));
    await runAt(muchLater, { eventDays: 8 });
    expect(await count('callback_event')).toBe(0);
    expect(await write(received(reportEvent('m'), monday))).toBe('duplicate');
  });
});

describe('RETENTION_PROJECTIONS_DAYS', () => {
  it('counts from the last event about a row, and takes its parts along', async () => {
    await write(received(reportEvent('m', 'QUEUED_ON_CHANNEL'), longAgo));
    await write(received(reportEvent('m', 'FAILED'), longAgo + 5 * dayMs));
    await write(received(reportEvent('other'), longAgo + 6 * dayMs));
    const schedule = { tableDays: { message: 20 } };
    const due = longAgo + 25 * dayMs;
    expect(await runAt(due, schedule)).toEqual({});
    expect(await runAt(due + 1, schedule)).toEqual({ message: 1 });
    const left = ['message', 'message_status', 'message_channel', 'message_failure'].map(count);
    expect(await Promise.all(left)).toEqual([1, 1, 1, 0]);
    // A report that comes after all makes a row again, and expires with it.
    expect(await write(received(reportEvent('m', 'READ'), due))).toBe('applied');
    expect(await count('message')).toBe(2);
  });

  it('touches no table that is not named', async () => {
    await write(received(reportEvent('m'), longAgo));
    const all = { conversation: 8, inbound_event: 8, record: 8, batch: 8, capability: 8 };
    const more = { unsupported: 8, event_delivery: 8, channel_event: 8, message_analysis: 8 };
    expect(await runAt(monday, { tableDays: { ...all, ...more } })).toEqual({});
    expect(await count('message')).toBe(1);
  });
});

describe('whatever the days and however long ago', () => {
  const everything = {
    eventDays: 8,
    guardDays: 8,
    tableDays: { outbound: 8, message: 8, conversation: 8, inbound_event: 8, capability: 8 },
  };
  const optOut = eventOf({
    app_id: '01APP',
    opt_out_notification: {
      channel: 'SMS',
      contact_id: '01C',
      identity: '+15551234567',
      status: 'OPT_OUT_SUCCEEDED',
    },
  });

  it('open letters stay, and replay', async () => {
    await partitionsOfTheWeek();
    await die(received(reportEvent('in a week'), monday));
    await die(received(reportEvent('before all weeks'), longAgo));
    expect(await runAt(muchLater, everything)).toEqual({});
    for (const id of ['in a week', 'before all weeks']) {
      const letter = await findDeadLetter(retention.database, reportEvent(id).key);
      if (letter === undefined) throw new Error(`no letter of ${id}`);
      expect(letter.event.rawBody).toEqual(reportEvent(id).rawBody);
      expect(await write(letter.event, muchLater)).toBe('applied');
    }
  });

  it('unhandled events, open tasks, unsettled sends and consents stay as they are', async () => {
    const { database } = retention;
    await partitionsOfTheWeek();
    await write(received(eventOf({ something_new: {} }), monday));
    await write(received(optOut, monday));
    await write(received(reportEvent('waits'), monday));
    await write(received(reportEvent('is dead'), monday));
    await write(received(reportEvent('is done'), monday));
    for (const [id, state] of [
      ['waits', 'WAITING'],
      ['is dead', 'DEAD'],
      ['is done', 'DONE'],
    ]) {
      await database.pool.query(
        `INSERT INTO handler_task (handler, occurrence, event_digest, event_received_at, trigger,
           state, created_at)
         SELECT 'h', event_digest, event_digest, received_at, trigger, $2::handler_task_state,
           received_at FROM callback_event WHERE entity_id = $1`,
        [id, state],
      );
    }
    // Settled ages ago, were it not for their states.
    await database.pool.query(
      `INSERT INTO outbound (id, app_id, key, lane, content_digest, request, state, created_at,
         settled_at)
       SELECT gen_random_uuid(), 'app', s, s, '\\x00', '{}', s::outbound_state, $1::timestamptz,
         $1::timestamptz
       FROM unnest(ARRAY['QUEUED', 'SENDING', 'UNCERTAIN', 'SENT']) AS s`,
      [new Date(monday)],
    );
    const staying = [
      'callback_event_kept',
      'consent_event',
      'contact',
      'contact_identity',
    ] as const;
    const stock = { callback_event_kept: 1, consent_event: 1, contact: 1, contact_identity: 1 };
    expect(await countAll(stock)).toEqual(stock);
    expect(await countAll({ callback_event: 5, handler_task: 3, outbound: 4 })).toEqual({
      callback_event: 5,
      handler_task: 3,
      outbound: 4,
    });
    const before = await dump(...staying);
    expect(await runAt(muchLater, everything)).toMatchObject({
      callback_event: 2,
      event_guard: 2,
      handler_task: 1,
      outbound: 1,
      message: 3,
    });
    expect(await dump(...staying)).toEqual(before);
    expect(await count('consent_event')).toBe(1);
    const entities = await database.pool.query<{ id: string }>(
      'SELECT entity_id AS id FROM callback_event WHERE NOT kept ORDER BY 1',
    );
    expect(entities.rows.map(({ id }) => id)).toEqual(['is dead', 'waits']);
    expect(await count('handler_task')).toBe(2);
    expect(await count('outbound')).toBe(3);
    expect(await runAt(muchLater, everything)).toEqual({});
  });
});
