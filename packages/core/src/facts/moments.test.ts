import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseInstant } from '../values/instant.ts';
import { readMoments } from './moments.ts';

const noTimes = { acceptedTime: undefined, eventTime: undefined, acceptTime: undefined };
const receivedAt = '2026-11-27T12:00:00.000Z';
const receivedSeconds = Date.parse(receivedAt) / 1000;
const event = { receivedAt, signature: undefined };
const isoAt = (seconds: number) => new Date(seconds * 1000).toISOString();
const at = (eventTime: string, more = {}) =>
  readMoments({ ...event, ...more }, { ...noTimes, eventTime }).at;

describe('readMoments', () => {
  it('takes the later of receipt and signature for the reference, so our own slow clock orders nothing', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 * receivedSeconds }), (signedAtSeconds) => {
        const { reference } = readMoments({ ...event, signedAtSeconds }, noTimes);
        const seconds = Math.max(receivedSeconds, signedAtSeconds);
        expect(reference).toEqual(parseInstant(isoAt(seconds)));
        const signature = { nonce: 'n', secretPosition: 0, isStale: false };
        const timestampSeconds = signedAtSeconds;
        const live = { ...event, signature: { ...signature, timestampSeconds } };
        expect(readMoments(live, noTimes).reference).toEqual(reference);
      }),
    );
  });

  it('orders a time up to 300 s past the reference as it is, and a later one by the reference', () => {
    fc.assert(
      fc.property(fc.integer({ min: -1_000_000, max: 1_000_000 }), (ahead) => {
        const text = isoAt(receivedSeconds + ahead);
        const order = ahead <= 300 ? text : receivedAt;
        expect(at(text)).toEqual({
          text,
          instant: parseInstant(text),
          order: parseInstant(order),
        });
      }),
      { examples: [[300], [301]] },
    );
  });

  it('accepts a late time where the signature is as late', () => {
    const text = isoAt(receivedSeconds + 4_000);
    expect(at(text)?.order).toEqual(parseInstant(receivedAt));
    expect(at(text, { signedAtSeconds: receivedSeconds + 3_700 })?.order).toEqual(
      parseInstant(text),
    );
  });

  it('orders a time that cannot be read as the reference, shows none, and names its field', () => {
    const moments = readMoments(event, {
      acceptedTime: 'yesterday',
      eventTime: '2026-11-27T11:00:00Z',
      acceptTime: '27.11.2026',
    });
    expect(moments.unreadable).toEqual(['accepted_time', 'accept_time']);
    expect(moments.acceptedTime).toMatchObject({
      text: 'yesterday',
      instant: undefined,
      order: parseInstant(receivedAt),
    });
    expect(moments.at?.text).toBe('27.11.2026');
  });

  it('has no moment, and nothing unreadable, where there is no time', () => {
    const { at: moment, unreadable } = readMoments(event, noTimes);
    expect([moment, unreadable]).toEqual([undefined, []]);
  });
});
