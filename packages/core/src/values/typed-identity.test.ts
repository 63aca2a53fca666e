import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readTypedIdentity } from './typed-identity.ts';

const number = '46701234567';

describe('what a person types', () => {
  it.each([
    '+46701234567',
    '46701234567',
    '0046701234567',
    '+46 70-123 45 67',
    '0046 (70) 123 45 67',
    '+46 (0)70 123 45 67',
    '0046(0)70 123 45 67',
    'tel:+46-70-123-45-67',
    ' +46\u00A070\u2011123\u202F45\u202F67 ',
    '+46.70.123.45.67',
    '+46 [70] 1234567',
    '\u202A+46701234567\u202C',
  ])('%s means the number', (typed) => {
    const read = readTypedIdentity(typed);
    expect(read.numbers[0]).toBe(number);
    for (const channel of ['SMS', 'MMS', 'RCS', 'WHATSAPP', 'VIBERBM']) {
      expect(read.means(channel, number)).toBe(true);
    }
    expect(read.means('SMS', '4670123456')).toBe(false);
  });

  it('is one identity on phone channels, whatever stands between its digits', () => {
    const separators = fc.array(fc.constantFrom('', ' ', '-', '.', '/', ' '), {
      minLength: number.length,
      maxLength: number.length,
    });
    const plus = fc.constantFrom('+', '00', '');
    fc.assert(
      fc.property(plus, separators, (prefix, between) => {
        const typed =
          prefix + between.map((separator, at) => number.charAt(at) + separator).join('');
        expect(readTypedIdentity(typed).identities).toContain(number);
      }),
    );
  });

  it('that is no number is taken as it is', () => {
    for (const typed of ['ACME', '01JDCONTACT', 'user@example.com', '+', '()', 'a1']) {
      const read = readTypedIdentity(typed);
      expect([read.numbers, read.identities]).toEqual([[], [typed]]);
      expect(read.means('SMS', typed)).toBe(true);
    }
  });

  it('does not mean the same digits on a channel where they are another person', () => {
    const read = readTypedIdentity('+46701234567');
    expect(read.means('MESSENGER', number)).toBe(false);
    expect(readTypedIdentity(number).means('MESSENGER', number)).toBe(true);
  });
});
