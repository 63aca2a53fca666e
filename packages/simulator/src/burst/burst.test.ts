import { knownTriggers, recognise } from '@sinch-callbacks/core';
import { describe, expect, test } from 'vitest';
import { burst } from './burst.ts';

const options = { seed: 'burst', messages: 300, startAt: new Date('2026-02-01T00:00:00Z') };
const planned = burst(options);

describe('burst', () => {
  test('the same seed gives the same requests in the same order, another seed other events', () => {
    expect(burst(options)).toEqual(planned);

    const others = new Set(burst({ ...options, seed: 'other' }).appliedKeys);
    expect(planned.appliedKeys.some((key) => others.has(key))).toBe(false);
  });

  test('the expected counts match the callbacks', () => {
    const keys = planned.callbacks.map((callback) => callback.key);
    const { expected } = planned;

    expect(keys).toHaveLength(expected.callbacks);
    expect(new Set(keys).size).toBe(expected.uniqueEvents);
    expect(new Set([...planned.appliedKeys, ...planned.deadKeys])).toEqual(new Set(keys));
    expect(expected.callbacks).toBe(expected.uniqueEvents + expected.duplicates);
    expect(planned.deadKeys).toHaveLength(expected.dead);
    expect(expected.messages).toBeGreaterThan(options.messages);
  });

  test('every trigger occurs', () => {
    const triggers = new Set(planned.callbacks.map((callback) => callback.trigger));

    for (const trigger of knownTriggers) expect(triggers).toContain(trigger);
  });

  test('exactly one event is not JSON', () => {
    const unreadable = planned.callbacks.filter(
      ({ body }) => recognise(body).kind === 'unreadable',
    );

    expect(unreadable.map((callback) => callback.key)).toEqual(planned.deadKeys);
  });

  test('some copies have their first signature, and some are signed again', () => {
    const copies = planned.callbacks.filter(
      ({ key }, place) => planned.callbacks.findIndex((other) => other.key === key) < place,
    );
    const nonces = planned.callbacks.flatMap(({ overrides }) => overrides.nonce ?? []);

    expect(copies).toHaveLength(planned.expected.duplicates);
    expect(planned.callbacks.some(({ overrides }) => overrides.nonce === undefined)).toBe(true);
    expect(new Set(nonces).size).toBeLessThan(nonces.length);
  });

  test('some reports come before those they follow', () => {
    const order = planned.callbacks.flatMap(({ trigger, body }) =>
      trigger === 'MESSAGE_DELIVERY' ? [JSON.parse(body).message_delivery_report] : [],
    );
    const overtaken = order.filter(
      (report, place) =>
        report.status === 'DELIVERED' &&
        order
          .slice(place)
          .some(
            (later) =>
              later.message_id === report.message_id && later.status === 'QUEUED_ON_CHANNEL',
          ),
    );

    expect(overtaken.length).toBeGreaterThan(10);
  });

  test('every reported message has a final status', () => {
    const reported = new Set(
      planned.callbacks.flatMap(({ trigger, body }) =>
        trigger === 'MESSAGE_DELIVERY' ? [JSON.parse(body).message_delivery_report.message_id] : [],
      ),
    );

    expect(new Set(planned.finalStatuses.keys())).toEqual(reported);
    expect(new Set(planned.finalStatuses.values())).toEqual(
      new Set(['QUEUED_ON_CHANNEL', 'DELIVERED', 'READ', 'FAILED', 'SWITCHING_CHANNEL']),
    );
  });
});
