import { knownTriggers, readSinchEvent, type SinchEvent } from '@sinch-callbacks/core';
import { describe, expect, test } from 'vitest';
import { messagesForEveryTrigger } from './event-timeline.ts';
import { planTraffic, type TrafficOptions, usualFaults } from './plan-traffic.ts';

const options: TrafficOptions = {
  seed: 'traffic',
  startAt: new Date('2026-03-01T12:00:00Z'),
  messages: 1_000,
  spacingMs: 500,
  webhooks: 2,
  faults: usualFaults,
};
const offers = planTraffic(options);
const calm = { duplicates: 0, disorder: 0, late: 0 };
const events = [...new Set(offers.map(({ event }) => event))];
const read = events.map(({ body }): SinchEvent => {
  const reading = readSinchEvent(body);
  if (reading.kind !== 'known') throw new Error(`${reading.kind}: ${body}`);
  return reading.event;
});
const reports = read.flatMap((event) => (event.trigger === 'MESSAGE_DELIVERY' ? [event] : []));

describe('planTraffic', () => {
  test('the same options give the same plan, another seed other events', () => {
    expect(planTraffic(options)).toEqual(offers);
    const others = new Set(
      planTraffic({ ...options, seed: 'other' }).map(({ event }) => event.key),
    );
    expect(events.some(({ key }) => others.has(key))).toBe(false);
  });

  test('every event has a key of its own, and callbacks come in the order of their times', () => {
    expect(new Set(events.map(({ key }) => key)).size).toBe(events.length);
    const times = offers.map(({ atMs }) => atMs);
    expect(times).toEqual(times.toSorted((one, other) => one - other));
  });

  test('every trigger occurs, also in a short run, messages most of all', () => {
    for (const messages of [messagesForEveryTrigger, 1_000]) {
      const plan = planTraffic({ ...options, messages });
      expect(new Set(plan.map(({ event }) => event.trigger))).toEqual(new Set(knownTriggers));
    }
    const counts = Map.groupBy(read, ({ trigger }) => trigger);
    const sizes = [...counts].toSorted(([, one], [, other]) => other.length - one.length);
    expect(sizes.slice(0, 3).map(([trigger]) => trigger)).toEqual([
      'MESSAGE_DELIVERY',
      'MESSAGE_SUBMIT',
      'MESSAGE_INBOUND',
    ]);
    expect(counts.get('CONTACT_MERGE')?.length).toBeLessThan(50);
  });

  test('a message causes about four callbacks', () => {
    expect(offers.length / options.messages).toBeGreaterThan(3);
    expect(offers.length / options.messages).toBeLessThan(5);
  });

  test("a message's accepted_time is the same in every report, to the microsecond", () => {
    for (const own of Map.groupBy(reports, ({ body }) => body.message_id).values()) {
      const accepted = new Set(own.map(({ acceptedTime }) => acceptedTime));
      expect(accepted.size).toBe(1);
      expect([...accepted][0]).toMatch(/\.\d{6}Z$/);
    }
  });

  test('event_time mixes clocks: Sinch has microseconds, channels whole seconds', () => {
    for (const { body, eventTime } of reports) {
      const isSinch = ['QUEUED_ON_CHANNEL', 'SWITCHING_CHANNEL'].includes(body.status ?? '');
      const isChannel = ['DELIVERED', 'READ'].includes(body.status ?? '');
      if (isSinch) expect(eventTime).toMatch(/\.\d{6}Z$/);
      if (isChannel) expect(eventTime).toMatch(/:\d\dZ$/);
    }
  });

  test('both processing modes occur; DISPATCH has no contact and no conversation', () => {
    const modes = Map.groupBy(reports, ({ body }) => body.processing_mode);
    expect(new Set(modes.keys())).toEqual(new Set(['CONVERSATION', 'DISPATCH']));
    for (const { body } of modes.get('DISPATCH') ?? []) {
      expect(body).toMatchObject({ contact_id: undefined, conversation_id: undefined });
    }
    for (const { body } of modes.get('CONVERSATION') ?? []) expect(body.contact_id).toBeTruthy();
  });

  test('a redaction has the id of the message it redacts', () => {
    const inbound = read.flatMap((event) =>
      event.trigger === 'MESSAGE_INBOUND' ? [event.body.id] : [],
    );
    const redacted = read.flatMap((event) =>
      event.trigger === 'MESSAGE_INBOUND_SMART_CONVERSATION_REDACTION' ? [event.body.id] : [],
    );
    expect(redacted.length).toBeGreaterThan(3);
    for (const id of redacted) expect(inbound).toContain(id);
  });
});

describe('faults', () => {
  test('copies, disorder and lateness come as often as asked', () => {
    const share = (count: number) => Math.round((count / events.length) * 100);
    expect(Math.abs(share(offers.length - events.length) - 5)).toBeLessThanOrEqual(2);
    const late = events.filter(({ heldMs }) => heldMs >= 120_000).length;
    expect(Math.abs(share(late) - 3)).toBeLessThanOrEqual(2);
    expect(Math.max(...events.map(({ heldMs }) => heldMs))).toBeGreaterThan(3_600_000);
    expect(planTraffic({ ...options, faults: calm })).toHaveLength(events.length);
  });

  test('webhooks take turns', () => {
    const second = events.filter(({ webhook }) => webhook === 1).length;
    expect(Math.abs(events.length - 2 * second)).toBeLessThanOrEqual(1);
    const alone = planTraffic({ ...options, webhooks: 1 });
    expect(alone.every(({ event }) => event.webhook === 0)).toBe(true);
  });
});
