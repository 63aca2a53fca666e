import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseInstant, reversedSortable } from './instant.ts';

const isoOf = (text: string) => parseInstant(text)?.iso;

describe('parseInstant', () => {
  it.each([
    ['2026-01-02T03:04:05Z', '2026-01-02T03:04:05.000000Z'],
    ['2026-01-02T03:04:05.1Z', '2026-01-02T03:04:05.100000Z'],
    ['2026-01-02T03:04:05.123456789Z', '2026-01-02T03:04:05.123456Z'],
    ['2026-01-02T05:04:05.5+02:00', '2026-01-02T03:04:05.500000Z'],
    ['2026-01-02T03:04:05.456', '2026-01-02T03:04:05.456000Z'],
    ['2026-01-02T03:04:05+0000', '2026-01-02T03:04:05.000000Z'],
    ['2026-01-02T05:04:05+02', '2026-01-02T03:04:05.000000Z'],
    ['2026-01-01T21:34:05-05:30', '2026-01-02T03:04:05.000000Z'],
    ['2026-01-02 03:04:05Z', '2026-01-02T03:04:05.000000Z'],
    ['2026-01-02 03:04:05.1 UTC', '2026-01-02T03:04:05.100000Z'],
    ['2026-01-02t03:04:05z', '2026-01-02T03:04:05.000000Z'],
    ['2026-01-02T03:04:05,25Z', '2026-01-02T03:04:05.250000Z'],
    ['2026-01-02T03:04Z', '2026-01-02T03:04:00.000000Z'],
    ['2026-01-02T03:04', '2026-01-02T03:04:00.000000Z'],
    ['2026-06-30T23:59:60Z', '2026-07-01T00:00:00.000000Z'],
    ['2026-06-30T23:59:60.7Z', '2026-07-01T00:00:00.000000Z'],
    ['2026-01-01T24:00:00Z', '2026-01-02T00:00:00.000000Z'],
    ['1767323045', '2026-01-02T03:04:05.000000Z'],
    ['1767323045.25', '2026-01-02T03:04:05.250000Z'],
    ['1767323045678', '2026-01-02T03:04:05.678000Z'],
    ['1767323045678.9', '2026-01-02T03:04:05.678900Z'],
    [' 2026-01-02T03:04:05Z ', '2026-01-02T03:04:05.000000Z'],
  ])('reads %s', (text, iso) => {
    expect(isoOf(text)).toBe(iso);
  });

  it.each([
    '',
    'yesterday',
    '2026-13-01T00:00:00Z',
    '2026-02-30T00:00:00Z',
    '2026-01-02T25:00:00Z',
    '2026-01-02T24:00:01Z',
    '2026-01-02T03:60:00Z',
    '2026-01-02T03:04:61Z',
    '2026-01-02',
    '0000-01-02T03:04:05Z',
    '1969-12-31T23:59:59Z',
    '0',
    '7',
    '-1767323045',
    '123456789012345678',
    `2026-01-02T03:04:05.${'1'.repeat(100)}Z`,
  ])('takes a text that names no point in time since 1970 for unreadable: %j', (text) => {
    expect(parseInstant(text)).toBeUndefined();
  });

  const spellings = fc.record({
    separator: fc.constantFrom('T', ' ', 't'),
    point: fc.constantFrom('.', ','),
    digits: fc.nat(9),
    zone: fc.constantFrom('', 'Z', '+00:00', '+0000', '-00', '+02:00', '-0930', '+05'),
  });
  const secondsAhead = new Map([
    ['+02:00', 7200],
    ['-0930', -34_200],
    ['+05', 18_000],
  ]);
  const second = fc.integer({ min: 100_000, max: 4_102_444_800 });

  it('reads a moment as the same instant in every spelling', () => {
    fc.assert(
      fc.property(second, fc.nat(999_999_999), spellings, (seconds, nanoseconds, how) => {
        const { separator, point, digits, zone } = how;
        const fraction = String(nanoseconds).padStart(9, '0').slice(0, digits);
        const plain = (at: number) => new Date(at * 1000).toISOString().slice(0, 19);
        const local = plain(seconds + (secondsAhead.get(zone) ?? 0)).replace('T', separator);
        const text = `${local}${digits > 0 ? point + fraction : ''}${zone}`;
        const nano = fraction.padEnd(9, '0');
        expect(parseInstant(text)).toEqual({
          iso: `${plain(seconds)}.${nano.slice(0, 6)}Z`,
          sortable: (BigInt(seconds) * 1_000_000_000n + BigInt(nano))
            .toString(16)
            .padStart(16, '0'),
        });
      }),
      { numRuns: 500 },
    );
  });

  it('reads its own text again as the same microsecond', () => {
    fc.assert(
      fc.property(second, fc.nat(999_999), (seconds, microseconds) => {
        const iso = isoOf(`${seconds + 1_000_000_000}.${String(microseconds).padStart(6, '0')}`);
        expect(isoOf(iso ?? '')).toBe(iso);
      }),
    );
  });

  it('orders instants as texts the way they follow each other, to the nanosecond', () => {
    const nanoseconds = fc.bigInt({ min: 0n, max: 4_102_444_800_000_000_000n });
    fc.assert(
      fc.property(nanoseconds, nanoseconds, (a, b) => {
        const [one = '', other = ''] = [a, b].map((n) => {
          const seconds = new Date(Number(n / 1_000_000_000n) * 1000).toISOString().slice(0, 19);
          const text = `${seconds}.${String(n % 1_000_000_000n).padStart(9, '0')}Z`;
          return parseInstant(text)?.sortable ?? '';
        });
        const order = a < b ? -1 : Number(a > b);
        expect(Math.sign(Buffer.compare(Buffer.from(one), Buffer.from(other)))).toBe(order);
        const turned = Buffer.compare(
          Buffer.from(reversedSortable(one)),
          Buffer.from(reversedSortable(other)),
        );
        expect(Math.sign(turned) + order).toBe(0);
      }),
    );
  });

  it('orders what is past the last nanosecond of 64 bits as that nanosecond', () => {
    expect(parseInstant('9999-12-31T23:59:59Z')?.sortable).toBe('f'.repeat(16));
  });

  it('never throws', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[\d:TZ .,+-]{0,40}$/)), (text) => {
        parseInstant(text);
      }),
      { numRuns: 1_000 },
    );
  });
});
