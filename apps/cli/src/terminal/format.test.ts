import { describe, expect, it } from 'vitest';
import {
  counted,
  factLines,
  oneLine,
  plainText,
  showBytes,
  showInstant,
  tableLines,
} from './format.ts';

describe('foreign text', () => {
  it('on one line holds nothing that a terminal would obey', () => {
    expect(oneLine('a\n\u001B[31mred\u001B[0m\tb\u0007')).toBe('a [31mred [0m b');
    expect(oneLine('abcdef', 4)).toBe('abc…');
  });

  it('on several lines keeps line breaks and tabs alone', () => {
    expect(plainText('a\n\tb\u001B[2J')).toBe('a\n\tb\uFFFD[2J');
  });
});

describe('tables', () => {
  it('pad every column but the last', () => {
    expect(tableLines(['A', 'LONG', 'C'], [['wide one', 'x', 'y']])).toEqual([
      'A         LONG  C',
      'wide one  x     y',
    ]);
  });

  it('of facts leave out what is absent', () => {
    expect(factLines({ key: 'k', nothing: undefined, state: 'open' })).toEqual([
      'key    k',
      'state  open',
    ]);
  });
});

describe('amounts', () => {
  it('read as people write them', () => {
    expect([0, 1, 1023, 1024, 1_572_864].map(showBytes)).toEqual([
      '0 B',
      '1 B',
      '1023 B',
      '1 KiB',
      '1.5 MiB',
    ]);
    expect([counted(1, 'letter'), counted(2, 'letter')]).toEqual(['1 letter', '2 letters']);
    expect(showInstant(new Date('2026-11-23T18:05:44.123Z'))).toBe('2026-11-23 18:05:44Z');
  });
});
