import { rawNumberText } from './exact-json.ts';

/**
 * JSON in one spelling, so that a copy which another program parsed and wrote again has the same
 * digest: members in the order of their names, no spaces, numbers without needless digits.
 * @param value as `parseExactly` returns it. A program that rounds numbers changes them for good.
 */
export function canonicalJson(value: unknown): string {
  if (typeof value === 'number') return canonicalNumber(String(value));
  if (typeof value !== 'object' || value === null) return JSON.stringify(value ?? null);
  const rawNumber = rawNumberText(value);
  if (rawNumber !== undefined) return canonicalNumber(rawNumber);
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member)}`);
  return `{${members.join(',')}}`;
}

const jsonNumber = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/;
/** Longer runs of zeros are written as an exponent. */
const maxZeros = 20;

function canonicalNumber(source: string): string {
  const match = jsonNumber.exec(source);
  if (!match) return source;
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match;
  const digits = (whole + fraction).replace(/^0+/, '');
  const significant = digits.replace(/0+$/, '');
  if (significant === '') return '0';
  const power = Number(exponent) - fraction.length + (digits.length - significant.length);
  return sign + decimal(significant, power);
}

function decimal(digits: string, power: number): string {
  if (Math.abs(power) > maxZeros) return `${digits}e${power}`;
  if (power >= 0) return digits + '0'.repeat(power);
  const padded = digits.padStart(1 - power, '0');
  return `${padded.slice(0, power)}.${padded.slice(power)}`;
}
