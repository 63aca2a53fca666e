import { findDeadLetter } from '@sinch-callbacks/db';
import { describe, expect, it } from 'vitest';
import { useSchedule } from './support/use-schedule.ts';
import { eventOf, received } from './support/write-event.ts';

const retention = useSchedule();
const { write, die, runAt, count, countAll, dump } = retention;
const dayMs = 86_400_000;
/** The week of no partition. */
const longAgo = Date.parse('2020-01-01T12:00:00.000Z');

describe('REDACT_AFTER_DAYS', () => {
  const inbound = (id: string, at: number) => {
    const message = {
      id,
      direction: 'TO_APP',
      contact_message: { text_message: { text: 'a secret' } },
      channel_identity: { channel: 'SMS', identity: '+15551234567' },
      contact_id: '01C',
    };
    return received(eventOf({ app_id: '01APP', message }), at);
  };

  it('empties texts to the millisecond, keeps ids, and doubles are absorbed afterwards', async () => {
    const event = inbound('01M', longAgo);
    await write(event);
    const due = longAgo + 30 * dayMs;
    expect(await runAt(due, { redactAfterDays: 30 })).toEqual({});
    expect(JSON.stringify(await dump('message', 'callback_event'))).toContain('a secret');
    const redacted = await runAt(due + 1, { redactAfterDays: 30 });
    expect(redacted).toMatchObject({ message: 1, callback_event: 1 });
    const rows = JSON.stringify(await dump('message', 'callback_event'));
    expect(rows).not.toContain('a secret');
    expect(rows).not.toContain('15551234567');
    expect(rows).toContain('01M');
    expect(await write(received(event, due + 2))).toBe('duplicate');
    expect(JSON.stringify(await dump('message', 'callback_event'))).toBe(rows);
  });

  it('a double is absorbed once its event is redacted, and once it is removed too; then it is written redacted', async () => {
    const schedule = { redactAfterDays: 10, eventDays: 30, guardDays: 60 };
    const event = inbound('01M', longAgo);
    await write(event);
    const day = (days: number) => longAgo + days * dayMs + 1;
    expect(await runAt(day(10), schedule)).toMatchObject({ message: 1, callback_event: 1 });
    expect(await write(received(event, day(11)))).toBe('duplicate');
    expect(await runAt(day(30), schedule)).toEqual({ callback_event: 1 });
    expect(await write(received(event, day(31)))).toBe('duplicate');
    expect(await runAt(day(60), schedule)).toEqual({ event_guard: 1 });
    const asOfThen = { ...JSON.parse(event.rawBody.text), accepted_time: event.receivedAt };
    const copy = eventOf(asOfThen);
    expect(await write(received(copy, day(61)))).toBe('applied');
    const rows = JSON.stringify(await dump('message', 'callback_event', 'contact_identity'));
    expect(rows).not.toMatch(/a secret|15551234567/);
    expect(await count('message')).toBe(1);
  });

  it('leaves consents with their identities, unhandled events, open tasks and unsettled sends', async () => {
    const { database } = retention;
    const optOut = {
      channel: 'SMS',
      contact_id: '01C',
      identity: '+15551234567',
      status: 'OPT_OUT_SUCCEEDED',
    };
    await write(received(eventOf({ app_id: '01APP', opt_out_notification: optOut }), longAgo));
    await write(received(eventOf({ something_new: { from: '+15551234567' } }), longAgo));
    await write(inbound('01WAITS', longAgo));
    await write(inbound('01DEAD', longAgo));
    await database.pool.query(
      `INSERT INTO handler_task (handler, occurrence, event_digest, event_received_at, trigger, key,
         state, created_at)
       SELECT 'h', event_digest, event_digest, received_at, trigger, 'contact:01C',
         (CASE entity_id WHEN '01DEAD' THEN 'DEAD' ELSE 'WAITING' END)::handler_task_state, received_at
       FROM callback_event WHERE entity_id IN ('01WAITS', '01DEAD')`,
    );
    // Settled ages ago, were it not for their states.
    await database.pool.query(
      `INSERT INTO outbound (id, app_id, key, lane, content_digest, request, state, created_at,
         settled_at)
       SELECT gen_random_uuid(), 'app', s, s, '\\x00', '{"to":"+15551234567"}', s::outbound_state, $1,
         $1
       FROM unnest(ARRAY['QUEUED', 'SENDING', 'UNCERTAIN']) AS s`,
      [new Date(longAgo)],
    );
    const staying = ['consent_event', 'callback_event_kept', 'handler_task', 'outbound'];
    const bodies = async () => {
      const { rows } = await database.pool.query(
        `SELECT raw_body FROM callback_event WHERE entity_id IN ('01WAITS', '01DEAD') ORDER BY 1`,
      );
      return rows;
    };
    const stock = { consent_event: 1, callback_event_kept: 1, handler_task: 2, outbound: 3 };
    expect(await countAll(stock)).toEqual(stock);
    expect(await bodies()).toHaveLength(2);
    const before = [await dump(...staying), await bodies()];
    const muchLater = Date.now();
    await runAt(muchLater, { redactAfterDays: 8 });
    await runAt(muchLater, { redactAfterDays: 8, eventDays: 8, guardDays: 8 });
    expect([await dump(...staying), await bodies()]).toEqual(before);
  });

  it('leaves open letters as they are, so that they replay', async () => {
    const event = inbound('01M', longAgo);
    await die(event);
    await runAt(Date.now(), { redactAfterDays: 8, eventDays: 8 });
    const letter = await findDeadLetter(retention.database, event.key);
    expect(letter?.event.rawBody).toEqual(event.rawBody);
    if (letter !== undefined) expect(await write(letter.event)).toBe('applied');
  });
});
