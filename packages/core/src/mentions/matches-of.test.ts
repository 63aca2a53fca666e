import { describe, expect, it } from 'vitest';
import { matchesOf } from './matches-of.ts';

const matches = matchesOf({
  numbers: ['46701234567'],
  texts: ['Åsa Lindqvist', 'a@b.example', ' ', ''],
});
const body = JSON.stringify({ to: '+46701234567', text: 'hello' });

describe('a person is found', () => {
  it.each([
    '46701234567',
    '+46701234567',
    '0046701234567',
    '00 46 70-123 45 67',
    'tel:46.70.123.45.67',
    '+46 (0)70 123 45 67',
    '(+46) 70.123.45.67',
    '+46\u00A070\u201012345\u200B67',
    '＋４６７０１２３４５６７',
  ])('by the number as %s', (spelling) => {
    expect(matches(`of ${spelling}, today`)).toBe(true);
  });

  it.each([
    ['a whole word', 'Åsa Lindqvist: hello'],
    ['another case', 'ÅSA LINDQVIST'],
    ['decomposed letters', 'Åsa Lindqvist'.normalize('NFD')],
    ['a full stop at its end', 'write to a@b.example.'],
  ])('by a text as %s', (_, text) => {
    expect(matches(text)).toBe(true);
  });

  it.each([
    ['a body', body],
    ['a body within a job', JSON.stringify({ rawBody: { text: body } })],
    ['a body that a job quotes in a quote', JSON.stringify(JSON.stringify(JSON.stringify(body)))],
    ['escaped digits', String.raw`{"to":"\u002b467\u0030\u0031234567"}`],
    ['escaped digits within a job', JSON.stringify(String.raw`{"to":"\u0034\u0036701234567"}`)],
    ['an escaped letter', String.raw`"\u00c5sa Lindqvist"`],
    ['a percent-encoded query', `to=${encodeURIComponent('+46701234567')}&n=1`],
    ['percent-encoded letters', `name=${encodeURIComponent('Åsa Lindqvist')}`],
    ['base64', Buffer.from(body).toString('base64')],
    ['base64 for URLs', Buffer.from(`??>>${body}`).toString('base64url')],
    ['base64 of bytes that are no text', toBase64([...Buffer.from(body), 0, 0xff])],
    ['base64 within JSON', JSON.stringify({ body: Buffer.from(body).toString('base64') })],
    ['base64 of escapes', toBase64([...Buffer.from(String.raw`{"to":"4670123456\u0037"}`)])],
  ])('in %s', (_, text) => {
    expect(matches(text)).toBe(true);
  });
});

it.each([
  ['a longer number', '467012345678'],
  ['a number that ends with it', '146701234567'],
  ['another number', '46701234568'],
  ['part of a word', 'Åsa Lindqvistsson'],
  ['half of a name', 'Åsa'],
  ['nothing', ''],
  ['a digest', 'f0a2fb18551041d789715f03c2656185'],
])('%s is not the person', (_, text) => {
  expect(matches(text)).toBe(false);
});

it('a person without texts and numbers is found nowhere', () => {
  expect(matchesOf({ numbers: ['', 'abc'], texts: [''] })('anything 1')).toBe(false);
});

it.each(['\\u005c', '%25', '0 (', 'QUFB', '4(0)'])(
  'a long text of %s ends, within the time of a test',
  (piece) => {
    expect(matches(piece.repeat(2 ** 19 / piece.length))).toBe(false);
  },
);

function toBase64(bytes: readonly number[]): string {
  return Buffer.from(bytes).toString('base64');
}
