import {
  joined,
  maxSeparators,
  separatorClass,
  separatorSigns,
  timeJoint,
} from '@sinch-callbacks/core';
import type { SearchTexts } from './search-texts.ts';

/** Sources of regular expressions of Postgres; matching ignores case. Each list may be empty. */
export interface MentionPatterns {
  /** Find texts as they are, also where their signs are escaped for JSON or for an address. */
  readonly texts: readonly string[];
  /** Find numbers in what {@link plainNumbers} makes of a text. */
  readonly numbers: readonly string[];
  /**
   * Quick ones. They match wherever the others do, once all separators are taken out of the text,
   * and may match elsewhere too.
   */
  readonly candidates: readonly string[];
}

/**
 * The length of one expression. Postgres refuses one that is too complex, and compiles them again
 * for each text where there are more than 32.
 */
const maxPatternLength = 20_000;

/**
 * Makes the patterns that find a person in texts of tables: numbers in any spelling, other texts as
 * they are. They never match a part of a longer number or word.
 *
 * They do not find what `matchesOf` of packages/core also does: base64 within a text, and a text
 * that is encoded several times.
 */
export function mentionPatterns({
  numbers,
  texts,
}: Pick<SearchTexts, 'numbers' | 'texts'>): MentionPatterns {
  const quick = [...numbers.map(quickNumber), ...texts.map((text) => literal(text, true))];
  return {
    texts: [...Map.groupBy(texts, guardsOf)].flatMap(([guards, alike]) =>
      alternatives(alike.map((text) => literal(text, false))).map(guards),
    ),
    numbers: alternatives(numbers.map(spelling)).map(
      (some) => `(?<![0-9${joined}])(?:0-?0-?)?(?:${some})(?![0-9])`,
    ),
    candidates: alternatives(numbers.length > 0 ? [encodedDigits, ...quick] : quick),
  };
}

function alternatives(parts: readonly string[]): readonly string[] {
  const patterns: string[] = [];
  for (const part of parts) {
    const last = patterns.pop();
    if (last === undefined) patterns.push(part);
    else if (last.length + part.length > maxPatternLength) patterns.push(last, part);
    else patterns.push(`${last}|${part}`);
  }
  return patterns;
}

/** Stands for a `(0)`, with the separators beside it. */
const trunkZero = '\u{e003}';
const between = `[-${trunkZero}]?`;

function spelling(number: string): string {
  return Array.from(number, (digit) => (digit === '0' ? `[0${trunkZero}]` : digit)).join(between);
}

/** With the 0 that people write between the country's code and the rest, wherever that is. */
function quickNumber(number: string): string {
  return Array.from(number).join('0?');
}

const escapes = separatorSigns.map((sign) => `u${unitsOf(sign).join('')}`).join('|');
const percents = separatorSigns.map(percentOf).join('|');

/** Digits that are not as they are read, or have an escape beside them, without separators. */
const encodedDigits = String.raw`[0-9]\\+[bfnrtu0-9]|\\+u(?:003|ff1)[0-9]|[0-9]%[0-9A-F]|%3[0-9]|%EF%BC%9[0-9]|[\uFF10-\uFF19]`;

/**
 * Makes the SQL that spells the numbers of a text plainly: digits as they are, up to three
 * separators as one `-`, and a `(0)` as one sign.
 */
export function plainNumbers(expression: string): string {
  const steps = [
    [String.raw`\\+u(?:003|ff1)([0-9])|%(?:3|EF%BC%9)([0-9])`, String.raw`\1\2`],
    [String.raw`\\+(?:[bfnrt\/]|${escapes})|${percents}`, ' '],
    // Signs that are no separators, whose own digits would join those of a number.
    [String.raw`\\+u[0-9A-F]{4}|%(?:[0-289A-F][0-9A-F]|3[A-F]|[46]0|[57][B-F])`, '_'],
    [timeJoint, String.raw`\1\2${joined}`],
    [String.raw`${separators(0)}\(0\)${separators(0)}`, trunkZero],
    [separators(1), '-'],
  ] as const;
  return steps.reduce(
    (sql, [pattern, plain]) => `regexp_replace(${sql}, '${pattern}', '${plain}', 'gi')`,
    `translate(${expression}, '０１２３４５６７８９', '0123456789')`,
  );
}

function separators(least: number): string {
  return `${separatorClass}{${least},${maxSeparators}}`;
}

const letterOrDigit = /[\p{L}\p{N}]/u;
const digitsOnly = /^\d+$/;
/**
 * The signs before a word: no letter or digit, unless an escape ends there. They are a part of what
 * matches, since looking behind took over 20 times as long.
 */
const escapeBefore = String.raw`\\[bfnrt]|\\u[0-9A-F]{4}|%[0-9A-F]{2}`;
const isStart = `(?:^|[^0-9A-Za-z]|${escapeBefore})`;
/** Makes the SQL of the words of a text, as rows of one column `word`, in lower case. */
export function wordsIn(expression: string): string {
  const decoded = `regexp_replace(${expression}, '${escapeBefore}', ' ', 'gi')`;
  return `(SELECT lower(run[1]) AS word FROM regexp_matches(${decoded}, '[0-9A-Za-z]+', 'g') AS m(run))`;
}

const isEnd = '(?![0-9A-Za-z])';

const guards = {
  /** Digits are no part of a date, a time or a decimal number. */
  figure: (some: string) =>
    `(?:^|[^0-9A-Za-z.,:/-]|(?:^|[^0-9])[.,:/-]|${escapeBefore})(?:${some})${isEnd}(?![.,:/-][0-9])`,
  word: (some: string) => `${isStart}(?:${some})${isEnd}`,
  opened: (some: string) => `(?:${some})${isEnd}`,
  closed: (some: string) => `${isStart}(?:${some})`,
  sign: (some: string) => some,
};

function guardsOf(text: string): (some: string) => string {
  if (digitsOnly.test(text)) return guards.figure;
  const signs = Array.from(text);
  const [isOpen, isClosed] = [signs.at(0), signs.at(-1)].map((sign) =>
    letterOrDigit.test(sign ?? ''),
  );
  if (isOpen && isClosed) return guards.word;
  if (isClosed) return guards.opened;
  return isOpen ? guards.closed : guards.sign;
}

const plainSign = /[0-9A-Za-z]/;
const isSeparator = new Set(separatorSigns);

/** @param isQuick the text has no separators any more, unless they are encoded. */
function literal(text: string, isQuick: boolean): string {
  return Array.from(text, (sign) => {
    if (plainSign.test(sign)) return sign;
    const cases = [...new Set([sign, sign.toLowerCase(), sign.toUpperCase()])];
    const encoded = cases.flatMap((each) => [
      unitsOf(each)
        .map((unit) => String.raw`\\+u${unit}`)
        .join(''),
      percentOf(each),
    ]);
    const itself = isQuick && isSeparator.has(sign) ? [''] : cases.map(escaped);
    return `(?:${[...encoded, ...itself].join('|')})`;
  }).join('');
}

/** JSON writes a backslash before some signs. */
function escaped(sign: string): string {
  return sign.replaceAll(/[!-/:-@[-`{-~]/g, String.raw`\\*\$&`);
}

function unitsOf(sign: string): readonly string[] {
  return Array.from({ length: sign.length }, (_, index) =>
    sign.charCodeAt(index).toString(16).padStart(4, '0'),
  );
}

function percentOf(sign: string): string {
  return Buffer.from(sign)
    .toString('hex')
    .replaceAll(/../g, (byte) => `%${byte}`);
}
