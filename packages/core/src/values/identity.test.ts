import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { normaliseIdentity } from './identity.ts';

const phoneChannels = ['SMS', 'MMS', 'RCS', 'WHATSAPP', 'VIBERBM'];
const anyChannel = fc.constantFrom(...phoneChannels, 'TELEGRAM', 'VIBER', 'APPLEBC', 'sms');

it('a phone number has one spelling, however it is written', () => {
  const separators = fc.array(fc.constantFrom('', '', ' ', '-', '.', '(', ')', '/'), {
    minLength: 12,
    maxLength: 12,
  });
  fc.assert(
    fc.property(
      fc.constantFrom(...phoneChannels),
      fc.stringMatching(/^\d{1,12}$/),
      fc.boolean(),
      separators,
      (channel, digits, hasPlus, between) => {
        const written = digits
          .split('')
          .map((digit, at) => digit + (between[at] ?? ''))
          .join('');
        expect(normaliseIdentity(channel, `${hasPlus ? '+' : ''}${written}`)).toBe(digits);
      },
    ),
  );
});

it.each([
  ['SMS', 'ACME'],
  ['SMS', '1-800-FLOWERS'],
  ['SMS', '()'],
  ['SMS', '+'],
  ['SMS', '1+555'],
  ['SMS', '15550100\n'],
  ['WHATSAPP', '15550100@c.us'],
  ['TELEGRAM', '+15550100'],
  ['MESSENGER', '7 7'],
  ['VIBER', '9KC0p+pi4zPGDO99ACDxoQ=='],
])('on %s, %j stays as sent', (channel, identity) => {
  expect(normaliseIdentity(channel, identity)).toBe(identity);
});

it('a leading 00 stays: it is read only in what people type', () => {
  expect(normaliseIdentity('SMS', '0015550100')).toBe('0015550100');
});

it('normalising twice changes nothing', () => {
  fc.assert(
    fc.property(anyChannel, fc.string(), (channel, text) => {
      const once = normaliseIdentity(channel, text);
      expect(normaliseIdentity(channel, once)).toBe(once);
    }),
  );
});
