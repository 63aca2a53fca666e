import fc from 'fast-check';
import { expect, it } from 'vitest';
import { plainTexts } from './decoded-texts.ts';
import { matchesOf } from './matches-of.ts';
import { numbersIn } from './numbers-in.ts';
import { spelling } from './spellings.fixture.ts';

it('a number that is found in a text is read out of it too, in any spelling', () => {
  fc.assert(
    fc.property(spelling, ({ number, text }) => {
      const read = new Set([...plainTexts(text)].flatMap((plain) => [...numbersIn(plain)]));
      const isFound = matchesOf({ numbers: [number], texts: [] })(text);
      expect([isFound, read.has(number)]).toEqual([true, true]);
    }),
    { numRuns: 2_000 },
  );
});

it.each([
  ['46701234567 2 times', '46701234567'],
  ['at 12:30 46701234567', '46701234567'],
  ['+46 (0)70-123 45 67', '46701234567'],
  ['0046701234567', '46701234567'],
])('%s may be %s', (text, number) => {
  expect([...numbersIn(text)]).toContain(number);
});

it.each(['0 (', '(0)', '1 ', '12345678-'])('a long text of %s ends soon', (piece) => {
  const text = piece.repeat(2 ** 17 / piece.length);
  let count = 0;
  for (const _ of numbersIn(text)) count += 1;
  expect(count).toBeLessThan(text.length * 25);
});
