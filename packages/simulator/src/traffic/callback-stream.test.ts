import { describe, expect, it } from 'vitest';
import type { KeyedBody } from '../keyed-body.ts';
import { callbackStream } from './callback-stream.ts';

const startAt = new Date('2026-01-02T03:04:05Z');

function take(seed: string, count: number): KeyedBody[] {
  const stream = callbackStream({ seed, startAt });
  return Array.from({ length: count }, () => stream.next().value);
}

describe('callbackStream', () => {
  it('gives the same bytes for the same seed, and other events for another', () => {
    const long = take('one', 2_000);
    expect(take('one', 700)).toEqual(long.slice(0, 700));
    const keys = new Set(long.map(({ key }) => key));
    expect(take('two', 700).filter(({ key }) => keys.has(key))).toEqual([]);
  });

  it('never gives an event twice, and none that cannot be applied', () => {
    const events = take('new', 5_000);
    expect(new Set(events.map(({ key }) => key)).size).toBe(5_000);
    const triggers = new Set(events.map(({ trigger }) => trigger));
    expect(triggers).not.toContain('UNKNOWN');
    expect(triggers).not.toContain('UNREADABLE');
    expect(triggers.size).toBeGreaterThan(4);
  });

  it('has the usual mix from its beginning', () => {
    const reports = (events: readonly KeyedBody[]) =>
      events.filter(({ trigger }) => trigger === 'MESSAGE_DELIVERY').length / events.length;
    const events = take('mix', 5_000);
    expect(reports(events.slice(0, 200))).toBeGreaterThan(0.25);
    expect(reports(events.slice(-2_000))).toBeGreaterThan(0.25);
  });

  it('puts other events between those of a message', () => {
    const ids = take('apart', 5_000).map(({ key }) => key.split('.')[1]);
    const neighbours = ids.filter((id, place) => place > 0 && id === ids[place - 1]);
    expect(neighbours.length).toBeLessThan(250);
  });
});
