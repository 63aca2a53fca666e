import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { boundedText } from './bounded-text.ts';

const anyText = fc.string({
  unit: fc.constantFrom('a', 'é', '漢', '😀', '~', '0'),
  maxLength: 400,
});

it('a text of up to 200 bytes stays as it is', () => {
  for (const text of ['', 'a'.repeat(200), '漢'.repeat(66), '😀'.repeat(50)]) {
    expect(boundedText(text)).toBe(text);
  }
});

it('a longer one becomes its beginning and the digest of the whole', () => {
  expect(boundedText('a'.repeat(201))).toMatch(/^a{150}~[0-9a-f]{32}$/);
  // 150 bytes would cut the fiftieth of them in two.
  expect(boundedText(`a${'漢'.repeat(100)}`)).toMatch(/^a漢{49}~[0-9a-f]{32}$/);
});

it('bounded texts fit an index, are whole characters, and bounding again changes nothing', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const bounded = boundedText(text);
      expect(Buffer.byteLength(bounded)).toBeLessThanOrEqual(200);
      expect(bounded.isWellFormed()).toBe(true);
      expect(boundedText(bounded)).toBe(bounded);
    }),
  );
});

it('texts that differ stay distinct', () => {
  fc.assert(
    fc.property(anyText, fc.string({ minLength: 1, maxLength: 3 }), (text, end) => {
      expect(boundedText(text + end)).not.toBe(boundedText(text));
    }),
  );
});
