import { matchesOf, numbersIn, plainTexts, separatorClass } from '@sinch-callbacks/core';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { mentionPatterns, plainNumbers } from '../../src/erase/mention-pattern.ts';
import { useMigratedDatabase } from '../support.ts';

const migrated = useMigratedDatabase();
const separators = ['', '', '', ' ', '-', '.', ' - ', '\u00A0', '\u2011', '\u2013', '\u200B', ') '];

/** The ways in which a table holds a text. */
const wrap = {
  plain: (text: string) => text,
  fullWidth: (text: string) =>
    text.replaceAll(/\d/g, (digit) => String.fromCharCode(digit.charCodeAt(0) + 0xfee0)),
  json: (text: string) => JSON.stringify(['at', text, 12]),
  jsonInJson: (text: string) => JSON.stringify(JSON.stringify([text])),
  escaped: (text: string) => `"${text.replaceAll(/[+\d]/g, (sign) => `\\u00${hexOf(sign)}`)}"`,
  query: (text: string) => `?q=${encodeURIComponent(text)}`,
};
const hexOf = (sign: string) => sign.charCodeAt(0).toString(16);

/** A number, and a text that has it in one of the spellings that people and encoders write. */
const spelling = fc
  .record({
    number: fc.stringMatching(/^[1-9]\d{8,13}$/),
    between: fc.array(fc.constantFrom(...separators), { minLength: 14, maxLength: 14 }),
    start: fc.constantFrom('', '+', '00', '00 '),
    hasTrunkZero: fc.boolean(),
    after: fc.constantFrom('', ' 2 times', ', today', ' 2026-01-02'),
    form: fc.constantFrom(...Object.values(wrap)),
  })
  .map(({ number, between, start, hasTrunkZero, after, form }) => {
    const digits = Array.from(number).map((digit, index) => {
      const zero = index === 2 && hasTrunkZero ? '(0)' : '';
      return index === 0 ? digit : `${between[index] ?? ''}${zero}${digit}`;
    });
    return { number, text: form(`${start}${digits.join('')}${after}`) };
  });

it('tables, queues and the writer find a number in the same spellings', async () => {
  const cases = fc.sample(spelling, 600);
  const found = cases.map(({ number }) => mentionPatterns({ numbers: [number], texts: [] }));
  const patterns = found.map(({ numbers }) => numbers[0] ?? '');
  const quick = found.map(({ candidates }) => candidates[0] ?? '');
  const { rows } = await migrated.database.pool.query<{ text: string; isFound: boolean }>(
    `SELECT text, ${plainNumbers('text')} ~ pattern
       AND regexp_replace(text, '${separatorClass}', '', 'g') ~* quick
       AS "isFound"
     FROM unnest($1::text[], $2::text[], $3::text[]) AS c(text, pattern, quick)`,
    [cases.map(({ text }) => text), patterns, quick],
  );
  const inTables = new Map(rows.map(({ text, isFound }) => [text, isFound]));
  for (const { number, text } of cases) {
    const read = [...plainTexts(text)].flatMap((plain) => [...numbersIn(plain)]);
    expect({
      text,
      tables: inTables.get(text),
      queues: matchesOf({ numbers: [number], texts: [] })(text),
      writer: read.includes(number),
    }).toEqual({ text, tables: true, queues: true, writer: true });
  }
});

it.each([
  '467012345678',
  '146701234567',
  '4670123456',
  '\\u0031\\u0034x',
  'f46701234567890',
  '12:30:45.46701234567',
  '09:30:46.701234567Z',
])('a table with %s is not about the person', async (text) => {
  const [pattern] = mentionPatterns({ numbers: ['46701234567'], texts: [] }).numbers;
  const sql = `SELECT ${plainNumbers('$1::text')} ~ $2 AS "isFound"`;
  const { rows } = await migrated.database.pool.query(sql, [text, pattern]);
  expect(rows).toEqual([{ isFound: false }]);
});

it('texts that do not name the person are hardly looked at', async () => {
  const text = JSON.stringify({ text: 'Lorem ipsum 12:30 on 2026-01-02. '.repeat(40) });
  const sql = `SELECT count(*)::integer AS found FROM generate_series(1, 200)
    WHERE regexp_replace($1::text, '${separatorClass}', '', 'g') ~* ANY ($2)`;
  const numbers = Array.from({ length: 20 }, (_, n) => `467012345${10 + n}`);
  const values = [text, mentionPatterns({ numbers, texts: [] }).candidates];
  expect((await migrated.database.pool.query(sql, values)).rows).toEqual([{ found: 0 }]);
});
