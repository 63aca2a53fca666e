import { describe, expect, it } from 'vitest';
import { parseMoment } from './parse-moment.ts';

const now = new Date('2026-11-23T18:00:00.000Z');

describe('parseMoment', () => {
  it.each([
    ['90s', '2026-11-23T17:58:30.000Z'],
    ['15m', '2026-11-23T17:45:00.000Z'],
    ['2h', '2026-11-23T16:00:00.000Z'],
    ['3d', '2026-11-20T18:00:00.000Z'],
    ['1w', '2026-11-16T18:00:00.000Z'],
    ['0s', '2026-11-23T18:00:00.000Z'],
  ])('%s is so long ago', (text, expected) => {
    expect(parseMoment(text, now)?.toISOString()).toBe(expected);
  });

  it.each([
    ['2026-11-23', '2026-11-23T00:00:00.000Z'],
    ['2026-11-23T06:30', '2026-11-23T06:30:00.000Z'],
    ['2026-11-23 06:30:15', '2026-11-23T06:30:15.000Z'],
    ['2026-11-23T06:30:15.123456789Z', '2026-11-23T06:30:15.123Z'],
    ['2026-11-23t06:30:15z', '2026-11-23T06:30:15.000Z'],
    ['2026-11-23T06:30:15+01:00', '2026-11-23T05:30:15.000Z'],
    ['2028-02-29', '2028-02-29T00:00:00.000Z'],
  ])('%s is itself, and UTC unless it says otherwise', (text, expected) => {
    expect(parseMoment(text, now)?.toISOString()).toBe(expected);
  });

  it.each([
    '',
    'yesterday',
    '2 h',
    '-2h',
    '1.5h',
    '2y',
    '23.11.2026',
    '2026-02-30',
    '2026-02-29',
    '2026-13-01',
    '2026-11-23T25:00',
    '2026-11-23T06',
    '1700000000',
  ])('refuses %j rather than guess', (text) => {
    expect(parseMoment(text, now)).toBeUndefined();
  });
});
