import { boundedText } from './bounded-text.ts';
import { normaliseIdentity } from './identity.ts';

/** The identities and phone numbers that a typed text may mean. */
export interface TypedIdentity {
  /** The digits of a phone number, if it can be one; the likeliest reading first. */
  readonly numbers: readonly string[];
  /** Every identity that it may mean, as the tables hold them. */
  readonly identities: readonly string[];
  /** Returns true when the text may mean this identity on this channel. */
  means(channel: string, identity: string): boolean;
}

const scheme = /^(?:tel|sms|whatsapp):/i;
const dashes = /[\u2010-\u2015\u2212]/g;
const invisible = /\p{Cf}/gu;
const numberAsTyped = /^\+?[\d\s()[\]./-]*\d[\d\s()[\]./-]*$/;
/** The optional 0 of a national number, which is not dialled after the country's code. */
const trunkZero = /\(0\)/;

/**
 * Reads a number in any spelling: `+46 70-123 45 67`, `0046701234567`, `tel:+46701234567`. A
 * leading 00 is read as a plus, which only people write. Everything else is taken as it is.
 */
export function readTypedIdentity(text: string): TypedIdentity {
  const asTyped = text.trim();
  const numbers = numbersOf(asTyped);
  const spellings = [asTyped, ...numbers.map((digits) => `+${digits}`)];
  return {
    numbers,
    identities: [...new Set([...spellings, ...numbers].map(boundedText))],
    means: (channel, identity) =>
      spellings.some((spelling) => boundedText(normaliseIdentity(channel, spelling)) === identity),
  };
}

function numbersOf(text: string): readonly string[] {
  const plain = text
    .normalize('NFKC')
    .replace(scheme, '')
    .replaceAll(invisible, '')
    .replaceAll(dashes, '-')
    .trim();
  if (!numberAsTyped.test(plain)) return [];
  const digits = plain.replaceAll(/\D/g, '');
  const isAbroad = plain.startsWith('+') || digits.startsWith('00');
  const readings = [digits];
  if (isAbroad && trunkZero.test(plain)) {
    readings.unshift(plain.replace(trunkZero, '').replaceAll(/\D/g, ''));
  }
  if (plain.startsWith('+')) return readings;
  const withoutZeros = readings
    .filter((reading) => reading.startsWith('00') && reading.length > 2)
    .map((reading) => reading.slice(2));
  return [...withoutZeros, ...readings];
}
