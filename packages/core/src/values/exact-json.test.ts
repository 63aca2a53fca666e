import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson, hasDelicateNumbers, parseExactly } from './exact-json.ts';
import { storableJson } from './storable-json.ts';

const numbers = [
  '9007199254740993',
  '12345678901234567890123',
  '-9007199254740993',
  '0.1',
  '0.10',
  '1.0',
  '52.520008123456789',
  '1e400',
  '1E-400',
  '-0.0',
  '1e5',
];

describe('parseExactly', () => {
  it.each(numbers)('keeps %s as it was written, wherever it stands', (number) => {
    const text = `{"a":${number},"b":[${number},{"c":${number}}]}`;
    expect(JSON.stringify(parseExactly(text))).toBe(text);
  });

  it('parses everything else as JSON.parse does', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'binary' }), (value) => {
        const text = JSON.stringify(value);
        expect(JSON.stringify(parseExactly(text))).toBe(JSON.stringify(JSON.parse(text)));
      }),
    );
  });

  it('makes a text of a number that no database column holds', () => {
    expect(JSON.stringify(parseExactly('{"a":1e999999}'))).toBe('{"a":"1e999999"}');
    const long = '1'.repeat(20_000);
    expect(JSON.stringify(parseExactly(`{"a":${long}}`))).toBe(`{"a":"${long}"}`);
  });

  it('keeps a member named __proto__', () => {
    const text = '{"__proto__":{"a":0.10}}';
    expect(JSON.stringify(parseExactly(text))).toBe(text);
  });
});

it('times and ids within strings do not count as delicate numbers', () => {
  const body = {
    accepted_time: '2026-11-26T15:45:00.456789Z',
    id: '01EQ4174WMDB8008EFT4M30481',
    rank: [1, 22, 333],
    nested: { at: '15:45:00.5', identity: '155501000000000000' },
  };
  expect(hasDelicateNumbers(JSON.stringify(body))).toBe(false);
  expect(hasDelicateNumbers(JSON.stringify(body, undefined, 2))).toBe(false);
});

describe('storableJson', () => {
  it('replaces what Postgres refuses and keeps numbers exact', () => {
    expect(storableJson(String.raw`{"a\u0000":"b\ud800c","n":9007199254740993,"f":1.0}`)).toBe(
      '{"a\ufffd":"b\ufffdc","n":9007199254740993,"f":1.0}',
    );
  });
});

describe('canonicalJson', () => {
  const canonical = (text: string) => canonicalJson(parseExactly(text));

  it('is the same for the same value in another serialisation', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = JSON.stringify(value, undefined, 2);
        const turned = JSON.stringify(value, (_key, member: unknown) =>
          typeof member === 'object' && member !== null && !Array.isArray(member)
            ? Object.fromEntries(Object.entries(member).toReversed())
            : member,
        );
        expect(canonical(turned)).toBe(canonical(text));
        expect(canonical(canonical(text))).toBe(canonical(text));
      }),
    );
  });

  it.each([
    ['1.0', '1'],
    ['1e3', '1000'],
    ['0.10', '0.1'],
    ['10.0e-2', '0.1'],
    ['-0.0', '0'],
    ['123.4500', '123.45'],
    ['1e400', '10e399'],
    ['0.000001', '1e-6'],
  ])('writes %s and %s alike', (one, other) => {
    expect(canonical(`[${one}]`)).toBe(canonical(`[${other}]`));
  });

  it('distinguishes values', () => {
    const texts = ['1', '"1"', '10', '0.1', '[1]', '{"a":1}', '{"a":null}', '{}', '[]', 'null'];
    expect(
      new Set(
        [...texts, '9007199254740993', '9007199254740992'].map((text) => canonical(`[${text}]`)),
      ).size,
    ).toBe(texts.length + 2);
  });
});
