/** JSON.parse with source text (ECMAScript 2026): Node has it, TypeScript's library not yet. */
interface ExactJson {
  parse(
    text: string,
    reviver: (key: string, value: unknown, context: { readonly source?: string }) => unknown,
  ): unknown;
  rawJSON(text: string): object;
  isRawJSON(value: unknown): value is { readonly rawJSON: string };
}
const json = JSON as JSON & ExactJson;

/**
 * A number that parsing may round: a fraction, an exponent, or 16 digits and more. It must be
 * followed by the end of a JSON value. Times within strings, which nearly all bodies hold,
 * therefore do not match.
 */
const delicateNumber = /[:[,]\s*-?(?:\d{16,}|\d+\.\d+(?:[eE][+-]?\d+)?|\d+[eE][+-]?\d+)\s*[,}\]]/;

/** Postgres' numeric has at most 131,072 digits before the point and 16,383 behind it. */
const maxExponent = 16_000;
const maxDigits = 16_000;

/** Checks for numbers that may change when this JSON text is parsed and written again. */
export function hasDelicateNumbers(jsonText: string): boolean {
  return delicateNumber.test(jsonText);
}

/**
 * Parses JSON so that `JSON.stringify` writes every number as it was written. A number that a
 * double does not hold exactly is a raw JSON value ({@link rawNumberText}) and no `number`. One
 * that no database column holds becomes a text.
 * @throws SyntaxError
 */
export function parseExactly(jsonText: string): unknown {
  return hasDelicateNumbers(jsonText)
    ? parseWithSource(jsonText, keepNumber)
    : JSON.parse(jsonText);
}

/** Parses JSON with a reviver that receives the text of each number. */
export const parseWithSource: ExactJson['parse'] = (text, reviver) => json.parse(text, reviver);

/** Returns the text of a number that {@link parseExactly} kept as it was written. */
export function rawNumberText(value: unknown): string | undefined {
  return json.isRawJSON(value) ? value.rawJSON : undefined;
}

/** Revives a number as {@link parseExactly} does, for revivers that change more. */
export function keepNumber(
  _key: string,
  value: unknown,
  { source }: { readonly source?: string },
): unknown {
  if (typeof value !== 'number' || source === undefined || String(value) === source) return value;
  return isTooBig(source) ? source : json.rawJSON(source);
}

function isTooBig(source: string): boolean {
  const exponent = Math.abs(Number(/[eE](.+)$/.exec(source)?.[1] ?? 0));
  return exponent > maxExponent || source.length > maxDigits;
}

/**
 * Writes JSON in one form, so that a copy that another program parsed and serialised has the same
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
