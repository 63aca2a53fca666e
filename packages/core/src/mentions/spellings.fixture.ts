import fc from 'fast-check';

const separators = [
  '',
  '',
  ' ',
  '-',
  '.',
  '/',
  ' - ',
  '\u00A0',
  '\u2011',
  '\u2013',
  '\u200B',
  ') ',
  ' (',
];
const wide = (text: string) =>
  text.replaceAll(/\d/g, (digit) => String.fromCodePoint(0xff10 + Number(digit)));
const escapeOf = (sign: string) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** The ways in which a body holds a text. */
const wrappings: readonly ((text: string) => string)[] = [
  (text) => text,
  wide,
  (text) => JSON.stringify({ text: `of ${text}, 12 times` }),
  (text) => JSON.stringify(JSON.stringify({ text })),
  (text) => `{"to":"${text.replaceAll(/[+\d]/g, escapeOf)}"}`,
  (text) => `to=${encodeURIComponent(text)}&n=1`,
  (text) => JSON.stringify({ body: Buffer.from(`{"to":"${text}"}`).toString('base64') }),
  (text) => Buffer.from(`??>> ${text}`).toString('base64url'),
];

/** A number with its country's code, a spelling of it, and a text that has it in that spelling. */
export const spelling = fc
  .record({
    // No leading zero, which no country's code has.
    number: fc.stringMatching(/^[1-9]\d{8,13}$/),
    separators: fc.array(fc.constantFrom(...separators), { minLength: 14, maxLength: 14 }),
    start: fc.constantFrom('', '+', '00', '00 '),
    hasTrunkZero: fc.boolean(),
    before: fc.constantFrom('', 'call ', '12:30 ', '1 '),
    after: fc.constantFrom('', ' 2 times', ', today', ' 2026-01-02'),
    wrap: fc.constantFrom(...wrappings),
  })
  .map(({ number, separators: between, start, hasTrunkZero, before, after, wrap }) => {
    const spelt = Array.from(number)
      .map((digit, index) => {
        if (index === 0) return digit;
        const zero = index === 2 && hasTrunkZero ? '(0)' : '';
        return `${between[index] ?? ''}${zero}${digit}`;
      })
      .join('');
    return { number, spelt, text: wrap(`${before}${start}${spelt}${after}`) };
  });
