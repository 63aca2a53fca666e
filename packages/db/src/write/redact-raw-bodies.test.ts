import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { namesIn } from './redact-raw-bodies.ts';

it('finds what may be an id in a body of which nothing else is known', () => {
  const names = namesIn('{"a":"m1", 01EQ4174WMDB8008EFT4M30481');
  expect(names).toEqual(['a', 'm1', '01EQ4174WMDB8008EFT4M30481']);
});

it('finds nothing that a text column refuses, whatever the bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ max: 40, maxLength: 60 }), (bytes) => {
      const text = Buffer.from(bytes).toString();
      for (const name of namesIn(`"\u0000"${text}"`)) expect(name).not.toContain('\u0000');
    }),
  );
});
