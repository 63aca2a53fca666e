import { describe, expect, it } from 'vitest';
import { compareRows } from './compare-databases.ts';

const rows = new Map([
  ['01A', 'one'],
  ['01B', 'two'],
]);

describe('compareRows', () => {
  it('finds nothing where all rows are equal, in any order', () => {
    expect(compareRows('message', new Map([...rows].reverse()), rows)).toEqual([]);
  });

  it('finds a row that differs', () => {
    const found = compareRows('message', new Map([...rows, ['01B', 'other']]), rows);
    expect(found).toEqual([{ table: 'message', key: '01B', kind: 'differs' }]);
  });

  it('finds a missing row and an unexpected one', () => {
    const found = compareRows(
      'message',
      new Map([
        ['01A', 'one'],
        ['01C', 'three'],
      ]),
      rows,
    );
    expect(found).toEqual([
      { table: 'message', key: '01B', kind: 'missing' },
      { table: 'message', key: '01C', kind: 'extra' },
    ]);
  });
});
