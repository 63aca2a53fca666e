import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { statusRank, statusRankOnChannel } from '../projections/messages/delivery-status.ts';
import { instantOfSeconds, parseInstant } from '../values/instant.ts';
import { earliestStampOf, stampOf } from './stamp.ts';

const key = (digest: string) => `T.e.${digest.padEnd(32, '0')}`;
const early = parseInstant('2026-01-01T00:00:00Z');
const late = parseInstant('2026-06-01T00:00:00Z');
const anyDigest = fc.stringMatching(/^[0-9a-f]{14,32}$/);
const anyStamp = fc.record({
  rank: fc.nat(255),
  seconds: fc.option(fc.integer({ min: 1, max: 4_102_444_800 }), { nil: 0 }),
  tieBreak: fc.nat(255),
  digest: anyDigest.map((digits) => digits.slice(0, 14).padEnd(14, '0')),
});

it('a stamp is 17 bytes in lower-case hexadecimal', () => {
  expect(stampOf({ rank: 40, at: early, tieBreak: 3 }, key('0123456789abcdef'))).toBe(
    '2818867251edfa0000030123456789abcd',
  );
  fc.assert(
    fc.property(anyStamp, ({ rank, seconds, tieBreak, digest }) => {
      const at = instantOfSeconds(seconds);
      for (const stamp of [stampOf, earliestStampOf]) {
        expect(stamp({ rank, at, tieBreak }, key(digest))).toMatch(/^[0-9a-f]{34}$/);
      }
    }),
  );
});

it('stamps sort by rank, then time, then tie-break, then digest, as texts and as bytes', () => {
  fc.assert(
    fc.property(anyStamp, anyStamp, (one, other) => {
      const [a, b] = [one, other].map(({ rank, seconds, tieBreak, digest }) =>
        stampOf(
          { rank, at: seconds === 0 ? undefined : instantOfSeconds(seconds), tieBreak },
          key(digest),
        ),
      );
      const wanted =
        Math.sign(one.rank - other.rank) ||
        Math.sign(one.seconds - other.seconds) ||
        Math.sign(one.tieBreak - other.tieBreak) ||
        Math.sign(Number(one.digest > other.digest) - Number(one.digest < other.digest));
      const bytes = (stamp = '') => Buffer.from(stamp, 'hex');
      expect(Math.sign(Number((a ?? '') > (b ?? '')) - Number((a ?? '') < (b ?? '')))).toBe(wanted);
      expect(Math.sign(Buffer.compare(bytes(a), bytes(b)))).toBe(wanted);
    }),
    { numRuns: 500 },
  );
});

it('a higher rank beats a later time, and a time beats none', () => {
  expect(
    stampOf({ rank: statusRank('DELIVERED'), at: early }, key('0')) >
      stampOf({ rank: statusRank('QUEUED_ON_CHANNEL'), at: late }, key('f')),
  ).toBe(true);
  expect(
    stampOf({ rank: 30, at: early }, key('0')) > stampOf({ rank: 30, at: undefined }, key('f')),
  ).toBe(true);
});

it('the earliest wins where the first is asked for, and none without a time does', () => {
  const stampAt = (at: typeof early, digest: string) =>
    earliestStampOf({ rank: 30, at }, key(digest));
  expect(stampAt(early, '0') > stampAt(late, 'f')).toBe(true);
  expect(stampAt(late, '0') > stampAt(undefined, 'f')).toBe(true);
});

it('an unknown status never outranks a known one', () => {
  for (const status of [
    'QUEUED',
    'QUEUED_ON_CHANNEL',
    'SWITCHING_CHANNEL',
    'FAILED',
    'DELIVERED',
    'READ',
  ]) {
    expect(statusRank('TELEPATHED')).toBeLessThan(statusRank(status));
  }
});

it('a channel that is left yields to one that has the message, and is past being queued itself', () => {
  expect(statusRank('SWITCHING_CHANNEL')).toBeLessThan(statusRank('QUEUED_ON_CHANNEL'));
  expect(statusRank('SWITCHING_CHANNEL')).toBeGreaterThan(statusRank('QUEUED'));
  expect(statusRankOnChannel('SWITCHING_CHANNEL')).toBeGreaterThan(
    statusRankOnChannel('QUEUED_ON_CHANNEL'),
  );
  expect(statusRankOnChannel('SWITCHING_CHANNEL')).toBeLessThan(statusRankOnChannel('FAILED'));
});
