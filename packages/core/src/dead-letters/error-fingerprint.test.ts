import { expect, it } from 'vitest';
import { errorFingerprint } from './error-fingerprint.ts';

const key = (id: string, digit: string) => `MESSAGE_DELIVERY.${id}.${digit.repeat(32)}`;

/** The same error of different events. */
const alike: readonly (readonly [what: string, one: string, other: string])[] = [
  ['ids', 'no row for 01JD2K3M4N5P6Q7R8S9T0V1W2X', 'no row for 01ARZ3NDEKTSV4RRFFQ69G5FAV'],
  ['UUIDs', 'a 0b1c2d3e-1111-4222-8333-abcdefabcdef b', 'a ffffffff-0000-4000-8000-000000000001 b'],
  ['numbers', 'value 17 is out of range at 3:4', 'value -9000000 is out of range at 12:5'],
  ['phone numbers', 'to +15550100', 'to 15550199'],
  ['quoted values', 'invalid input: "Anna" and \'x\'', 'invalid input: "Bernd, 5" and \'\''],
  ['detail of a key', 'Key (id)=(abc) exists', 'Key (id)=(def, ghi) exists'],
  ['event keys', `event ${key('01A', 'a')} failed`, `event ${key('-', 'b')} failed`],
  ['addresses', 'cannot write to a@example.com now', 'cannot write to b.c@example.org now'],
  ['white space', 'two\n  lines', 'two lines'],
];

it.each(alike)('is the same whatever the %s', (_, one, other) => {
  expect(errorFingerprint('permanent', one)).toBe(errorFingerprint('permanent', other));
});

it('distinguishes causes, codes, constraints and texts', () => {
  const errors = [
    ['permanent', 'refused'],
    ['quarantined', 'refused'],
    ['permanent', 'refused by a rule'],
    ['permanent', 'refused (SQLSTATE 23505)'],
    ['permanent', 'refused (SQLSTATE 23514)'],
    ['permanent', 'violates unique constraint "message_pkey"'],
    ['permanent', 'violates unique constraint "contact_pkey"'],
    ['permanent', "it isn't there and they aren't here"],
    ['permanent', "it isn't here and they aren't here"],
  ] as const;
  const fingerprints = errors.map(([errorClass, message]) => errorFingerprint(errorClass, message));
  expect(new Set(fingerprints).size).toBe(errors.length);
});

it('is 12 hexadecimal digits that never change, since they are stored', () => {
  expect(errorFingerprint('permanent', 'refused')).toBe('d66f2fe8f275');
});

it('takes a text of any length and shape in no time to speak of', () => {
  for (const piece of ['"', "'", '=(', 'a1', 'A_.', '<', 'x@', ' ', '\u0000']) {
    expect(errorFingerprint('permanent', piece.repeat(500_000))).toMatch(/^[0-9a-f]{12}$/);
  }
});
