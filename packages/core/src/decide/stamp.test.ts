import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseInstant } from './instant.ts';
import { earliestStampOf, stampOf } from './stamp.ts';
import { statusRank } from './status-rank.ts';

const key = (digest: string) => `T.e.${digest.padEnd(64, '0')}`;
const at = (text: string) => parseInstant(text);

it.each([
  ['2026-01-02T03:04:05Z', '2026-01-02T03:04:05.000000Z'],
  ['2026-01-02T03:04:05.1Z', '2026-01-02T03:04:05.100000Z'],
  ['2026-01-02T03:04:05.123456789Z', '2026-01-02T03:04:05.123456Z'],
  ['2026-01-02T05:04:05.5+02:00', '2026-01-02T03:04:05.500000Z'],
])('an instant keeps the microseconds of %s', (text, iso) => {
  expect(at(text)?.iso).toBe(iso);
});

it.each(['', 'yesterday', '2026-13-01T00:00:00Z', '2026-01-02', '1969-12-31T23:59:59Z'])(
  'a text that is no instant counts as none: %j',
  (text) => {
    expect(parseInstant(text)).toBeUndefined();
  },
);

it('instants sort as texts the way they follow each other in time, to the nanosecond', () => {
  const nanoseconds = fc.bigInt({ min: 0n, max: 4_102_444_800_000_000_000n });
  fc.assert(
    fc.property(nanoseconds, nanoseconds, (a, b) => {
      const [one, other] = [a, b].map((n) => {
        const seconds = new Date(Number(n / 1_000_000_000n) * 1000).toISOString().slice(0, 19);
        return at(`${seconds}.${String(n % 1_000_000_000n).padStart(9, '0')}Z`)?.sortable ?? '';
      });
      expect(Math.sign((one ?? '').localeCompare(other ?? '', 'en'))).toBe(
        a < b ? -1 : a > b ? 1 : 0,
      );
    }),
  );
});

it('a higher rank beats a later time, and a time beats none', () => {
  const early = at('2026-01-01T00:00:00Z');
  const late = at('2026-06-01T00:00:00Z');
  expect(
    stampOf(statusRank('DELIVERED'), early, key('0')) >
      stampOf(statusRank('QUEUED_ON_CHANNEL'), late, key('f')),
  ).toBe(true);
  expect(stampOf(30, early, key('0')) > stampOf(30, undefined, key('f'))).toBe(true);
  expect(stampOf(30, early, key('1')) > stampOf(30, early, key('0'))).toBe(true);
});

it('the first reason wins where the first is asked for, and none without a time does', () => {
  const early = at('2026-01-01T00:00:00Z');
  const late = at('2026-06-01T00:00:00Z');
  expect(earliestStampOf(30, early, key('0')) > earliestStampOf(30, late, key('f'))).toBe(true);
  expect(earliestStampOf(30, late, key('0')) > earliestStampOf(30, undefined, key('f'))).toBe(true);
});

it('a status that we do not know never outranks one that we do', () => {
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
