import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { withoutContactDetails } from './contact-details.ts';

const digits = (length: number) =>
  fc
    .array(fc.integer({ min: 0, max: 9 }), { minLength: length, maxLength: length })
    .map((all) => all.join(''));
const gap = fc.constantFrom('', ' ', '-', '.', '\u00a0', '\u2011', '/', ') ', ' (', '–');
const around = fc.constantFrom(
  ['cannot reach ', '.'],
  ['to: ', ', gave up'],
  ['(', ')'],
  ['{"identity":"', '"}'],
  ['', ''],
  ["'", "' is not opted in\n    at send (file.ts:12:34)"],
);

/** A number with gaps between some of its digits. */
const spelt = fc
  .tuple(fc.constantFrom('+', '00', '0'), digits(9), fc.array(gap, { minLength: 3, maxLength: 3 }))
  .map(([prefix, number, [first, second, third]]) => {
    const [one, two, three, four] = [
      `7${number.slice(0, 2)}`,
      number.slice(2, 5),
      number.slice(5, 7),
      number.slice(7),
    ];
    return `${prefix}${one}${first}${two}${second}${three}${third}${four}`;
  });

describe('withoutContactDetails', () => {
  it.each([
    '+46 70-123 45 67',
    '+46701234567',
    '46701234567',
    '0046 70 123 45 67',
    '0046701234567',
    '070-123 45 67',
    '070 123 4567',
    '(070) 123 45 67',
    '+46 (0)70 123 45 67',
    '+1 (555) 123-4567',
    '1-555-123-4567',
    '(555) 123-4567',
    '+44\u00a020\u00a07946\u00a00958',
    '+49 170–123–4567',
    '+46\u202970\u2212123\u200b45\u206067',
    'sms-46701234567',
    'user_46701234567',
    'sms.+46701234567',
    '1234-56-78',
    '4670-12-34',
    'zoe.quill+crm@mail.example.com',
  ])('takes out %s', (detail) => {
    expect(withoutContactDetails(`cannot reach ${detail}, gave up`)).not.toMatch(/\d|example/);
  });

  it('takes out a number however it is spelt, and leaves the text around it', () => {
    fc.assert(
      fc.property(spelt, around, (number, [before = '', after = '']) => {
        const text = withoutContactDetails(`${before}${number}${after}`);
        expect(text.replaceAll(/[()[\]]/g, '')).toBe(
          `${before}[redacted]${after}`.replaceAll(/[()[\]]/g, ''),
        );
      }),
    );
  });

  const hex = (length: number) =>
    fc
      .array(fc.constantFrom(...Array.from('0123456789abcdef')), {
        minLength: length,
        maxLength: length,
      })
      .map((all) => all.join(''));
  const ulid = fc
    .array(fc.constantFrom(...Array.from('0123456789ABCDEFGHJKMNPQRSTVWXYZ')), {
      minLength: 26,
      maxLength: 26,
    })
    .map((all) => all.join(''));
  const harmless = fc.oneof(
    fc.uuid(),
    hex(32),
    hex(64),
    ulid,
    fc
      .date({ noInvalidDate: true, min: new Date(0), max: new Date('9999-01-01') })
      .map((at) => at.toISOString()),
    fc
      .date({ noInvalidDate: true, min: new Date(0), max: new Date('9999-01-01') })
      .map((at) => at.toISOString().replace('T', ' ').replace('Z', '+00')),
    fc.uuid().map((id) => `job-${id}`),
    fc.uuid().map((id) => `job_${id}`),
    fc.tuple(ulid, hex(32)).map(([id, digest]) => `MESSAGE_INBOUND.${id}.${digest}`),
    fc.ipV4(),
    fc.integer({ min: 0, max: 999_999 }).map(String),
    fc.double({ min: 0, max: 1, noNaN: true }).map(String),
    fc
      .tuple(fc.nat(9_999), fc.nat(999))
      .map(([line, column]) => `(file:///app/worker.ts:${line}:${column})`),
    fc.constantFrom(
      'node_modules/.pnpm/undici@7.16.0/node_modules/undici/lib/a.js:100:20',
      '@sinch-callbacks/db',
      'postgres://[redacted]@db.example.com:5432/app',
      'SQLSTATE 23505',
      'callback_event_2026_11_23',
      '1700000000000-0',
    ),
  );

  it.each(['(00000000-0000-1000-8000-000000000000)', '(0001-01-01 00:00:00)'])(
    'leaves %s, whose digits follow a parenthesis like those of a number',
    (text) => {
      expect(withoutContactDetails(text)).toBe(text);
    },
  );

  it('leaves ids, digests, times, places of code and short numbers as they are', () => {
    fc.assert(
      fc.property(harmless, around, (fact, [before = '', after = '']) => {
        const text = `${before}${fact}${after}`;
        expect(withoutContactDetails(text)).toBe(text);
      }),
      { numRuns: 5_000 },
    );
  });

  it('takes a time that is in proportion to the text, whatever the text', () => {
    for (const piece of ['+', '0', '1 ', '1-', '(', 'a@', '.', '00-', '+1(', '2024-01-01 ']) {
      const text = piece.repeat(20_000);
      const startedAt = performance.now();
      withoutContactDetails(text);
      expect(performance.now() - startedAt).toBeLessThan(2_000);
    }
  });
});
