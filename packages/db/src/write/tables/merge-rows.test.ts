import { expect, it } from 'vitest';
import { mergeRows } from './merge-rows.ts';
import type { UpsertTable } from './upsert-table.ts';

const table: UpsertTable = {
  name: 't',
  key: [
    { name: 'a', type: 'text' },
    { name: 'b', type: 'text' },
  ],
  greatest: [{ name: 'g', type: 'text' }],
  least: [{ name: 'l', type: 'timestamptz' }],
  groups: [{ stamp: 's', columns: [{ name: 'v', type: 'text' }] }],
};

const row = (some: Record<string, string | null>) => ({
  a: 'a',
  b: 'b',
  g: null,
  l: null,
  s: null,
  v: null,
  ...some,
});

it('rows of one key become one, of another key stay apart', () => {
  const merged = mergeRows(table, [row({}), row({ a: 'ab', b: '' }), row({ a: '', b: 'ab' })]);
  expect(merged).toHaveLength(3);
  expect(mergeRows(table, [row({}), row({})])).toHaveLength(1);
});

it('a present value replaces an absent one, in both directions', () => {
  const there = row({ g: 'x', l: '2026-01-01T00:00:00.000Z', s: '10.', v: 'value' });
  expect(mergeRows(table, [row({}), there])).toEqual([there]);
  expect(mergeRows(table, [there, row({})])).toEqual([there]);
});

it('the greatest, the least and the value of the greatest stamp are kept', () => {
  const one = row({ g: 'b', l: '2026-01-02T00:00:00.000Z', s: '20.', v: 'second' });
  const other = row({ g: 'a', l: '2026-01-01T00:00:00.000Z', s: '10.', v: 'first' });
  const joined = row({ g: 'b', l: '2026-01-01T00:00:00.000Z', s: '20.', v: 'second' });
  expect(mergeRows(table, [one, other])).toEqual([joined]);
  expect(mergeRows(table, [other, one])).toEqual([joined]);
});

it('a stamp carries its absent values along', () => {
  const merged = mergeRows(table, [row({ s: '10.', v: 'old' }), row({ s: '20.', v: null })]);
  expect(merged).toMatchObject([{ s: '20.', v: null }]);
});

it('texts are compared byte by byte, as Postgres does, and not as JavaScript would', () => {
  const [emoji, lastOfPlane] = ['\u{1F600}', '\uFFFD'];
  expect(emoji < lastOfPlane).toBe(true);
  expect(mergeRows(table, [row({ g: emoji }), row({ g: lastOfPlane })])).toMatchObject([
    { g: emoji },
  ]);
});

it('leaves the rows it is given as they are', () => {
  const first = row({ g: 'a' });
  mergeRows(table, [first, row({ g: 'b' })]);
  expect(first).toEqual(row({ g: 'a' }));
});
