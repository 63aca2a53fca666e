/** A shorter text may be a part of any other one. It is compared as a whole, and not searched for. */
const minSearched = 6;
const digitsOnly = /^\d+$/;

/**
 * Makes the source of a regular expression that finds identities in texts, in any spelling of a
 * number, also where its signs are escaped for JSON or for an address. Postgres and JavaScript read
 * it alike; matching ignores case. It never matches a part of a longer number or word. Undefined
 * where there is nothing to search for.
 *
 * It does not find what `matchesOf` of packages/core also does: base64 within a text, and a text
 * that is encoded several times.
 * @param words are found only where one of them is the whole text.
 */
export function mentionPattern(
  values: Iterable<string>,
  words: Iterable<string> = [],
): string | undefined {
  const parts = [
    ...searched(values).map(partOf),
    ...searched(words).map((word) => `^${literal(word)}$`),
  ];
  return parts.length === 0 ? undefined : parts.join('|');
}

/** True where it may be a word of other people's texts: an id or a user's name without a digit. */
export function isWordLike(value: string): boolean {
  return value.length < minUnlikelyWord && !/[\d@]/.test(value);
}

/** A text of this length is hardly a word of everyday. */
const minUnlikelyWord = 16;

function searched(values: Iterable<string>): readonly string[] {
  return [...new Set(values)].filter((value) => value.length >= minSearched);
}

function partOf(value: string): string {
  if (digitsOnly.test(value)) {
    const spelling = Array.from(value)
      .map(digitOf)
      .join(`${separators}(?:\\(${digitOf('0')}\\)${separators})?`);
    const abroad = `(?:${digitOf('0')}${separators}${digitOf('0')}${separators})?`;
    return `${isStart}${abroad}${spelling}${isEnd}`;
  }
  return `(?<![0-9A-Za-z])${literal(value)}(?![0-9A-Za-z])`;
}

function literal(value: string): string {
  return value.replaceAll(/[^0-9A-Za-z]/g, escaped);
}

/** A digit itself, full-width, escaped or percent-encoded. */
function digitOf(digit: string): string {
  const wide = String.fromCodePoint(0xff10 + Number(digit));
  return `(?:${digit}|${wide}|\\\\+u003${digit}|%3${digit})`;
}

/** Spaces, brackets, points, slashes and dashes, and what is invisible: a class of characters. */
export const plainSeparators = String.raw`[\s().\/\u00A0\u00AD\u2000-\u200F\u2010-\u2015\u2028-\u202F\u205F-\u2064\u2212\u3000\uFEFF-]`;

/** Signs that are not as they are read: escapes beside a digit, and full-width digits. */
const encodedDigits = String.raw`[0-9]\\+[nrtu\/]|\\+u003[0-9]|[0-9]%[0-9A-F]|%3[0-9]|[\uFF10-\uFF19]`;

/**
 * Makes the source of a regular expression that is quick, and that matches wherever
 * {@link mentionPattern} does, once all `plainSeparators` are taken out of the text. It may match
 * elsewhere too. With the other one alone, 500 bodies took over 20 seconds.
 */
export function candidatePattern(
  values: Iterable<string>,
  words: Iterable<string> = [],
): string | undefined {
  const signs = new RegExp(plainSeparators, 'g');
  const spelt = searched(values).flatMap((value) =>
    digitsOnly.test(value) ? withTrunkZero(value) : [literal(value.replaceAll(signs, ''))],
  );
  const whole = searched(words).map((word) => `^${literal(word.replaceAll(signs, ''))}$`);
  if (spelt.length + whole.length === 0) return undefined;
  return [...new Set([...spelt, ...whole]), encodedDigits].join('|');
}

/** A number with the 0 that people write between the country's code and the rest, wherever that is. */
function withTrunkZero(number: string): readonly string[] {
  const places = Array.from(number, (_, place) => place).slice(1);
  return [number, ...places.map((place) => `${number.slice(0, place)}0${number.slice(place)}`)];
}

const separator = [
  plainSeparators,
  // Escaped white space, and the same signs by their codes.
  String.raw`\\+[nrt\/]`,
  String.raw`\\+u(?:00(?:0[9AD]|2[089DEF]|A[0D])|20[01][0-9A-F]|202[89A-F]|2212|FEFF)`,
  '%(?:0[9AD]|2[089DEF]|C2%A[0D]|E2%80%[89][0-9A-F])',
].join('|');
const separators = `(?:${separator}){0,3}`;

/** The signs of an escape that ends here are no digits of the number. */
const isStart = String.raw`(?:(?<![0-9\uFF10-\uFF19])|(?<=\\u[0-9A-F]{4})|(?<=%[0-9A-F]{2}))`;
const isEnd = String.raw`(?![0-9\uFF10-\uFF19]|\\+u003[0-9]|%3[0-9])`;

function escaped(sign: string): string {
  return sign.codePointAt(0) === undefined || /[\p{L}\p{N}\s]/u.test(sign) ? sign : `\\${sign}`;
}
