import { normalised, plainTexts } from './decoded-texts.ts';
import { joined, maxSeparators, separatorClass, timeJoint } from './separators.ts';

/** The texts by which a person is found. */
export interface PersonTexts {
  /** Phone numbers with the country's code, as digits. Others are found as digits too. */
  readonly numbers: readonly string[];
  /**
   * Names, addresses, ids and written texts. Each is found as whole words, in any case. A common
   * word finds it in other people's jobs too, so a first name alone does not belong here. Digits
   * alone are not found within a date, a time or a decimal number.
   */
  readonly texts: readonly string[];
}

/**
 * Makes a function that finds a person in a text: each number in every spelling with the country's
 * code, and each text. It also finds what is escaped, percent-encoded or base64.
 *
 * A longer number that contains the person's is another number, and a time is none. A number in its
 * national spelling is found only where that spelling is among the numbers.
 */
export function matchesOf(person: PersonTexts): (text: string) => boolean {
  const patterns = person.numbers.flatMap(patternsOf);
  const words = person.texts.map(folded).filter((text) => text.trim() !== '');

  return (text) => {
    for (const plain of plainTexts(text)) {
      const untimed = plain.replaceAll(timeJoints, `$1$2${joined}`);
      if (patterns.some((pattern) => pattern.test(untimed))) return true;
      const lower = plain.toLowerCase();
      if (words.some((word) => hasWord(lower, word))) return true;
    }
    return false;
  };
}

const timeJoints = new RegExp(timeJoint, 'gu');
const separator = `${separatorClass}{0,${maxSeparators}}`;
/** The optional 0 of a national number, which is not dialled after the country's code. */
const trunkZero = String.raw`(?:\(0\)${separator})?`;

function patternsOf(number: string): RegExp[] {
  const digits = number.match(/\d/g) ?? [];
  if (digits.length === 0) return [];
  const spelling = digits.join(separator + trunkZero);
  const abroad = `(?:0${separator}0${separator})?`;
  return [new RegExp(String.raw`(?<![\d${joined}])${abroad}${spelling}(?!\d)`, 'u')];
}

function folded(text: string): string {
  return normalised(text).toLowerCase();
}

const letterOrDigit = /[\p{L}\p{N}]/u;

const digitsOnly = /^\d+$/;
const figureBefore = /\d[.,:/-]$/;
const figureAfter = /^[.,:/-]\d/;

/** Finds a text that is not the part of a longer word, nor digits within a longer figure. */
function hasWord(text: string, word: string): boolean {
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
    const isOpen = joins(text[at - 1], word[0]);
    const isOpenEnded = joins(word.at(-1), text[at + word.length]);
    if (!isOpen && !isOpenEnded && !isInFigure(text, at, word)) return true;
  }
  return false;
}

function isInFigure(text: string, at: number, word: string): boolean {
  if (!digitsOnly.test(word)) return false;
  const end = at + word.length;
  const isContinued = figureAfter.test(text.slice(end, end + 2));
  return isContinued || figureBefore.test(text.slice(Math.max(0, at - 2), at));
}

function joins(one = '', other = ''): boolean {
  return letterOrDigit.test(one) && letterOrDigit.test(other);
}
