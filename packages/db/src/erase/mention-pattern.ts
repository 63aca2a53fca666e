/** A shorter text may be a part of any other one. It is compared as a whole, and not searched for. */
const minSearched = 6;
const digitsOnly = /^\d+$/;

/**
 * Makes the source of a regular expression that finds identities in texts, in any spelling of a
 * number. Postgres and JavaScript read it alike; matching ignores case. It never matches a part of
 * a longer number or word. Undefined where there is nothing to search for.
 */
export function mentionPattern(values: Iterable<string>): string | undefined {
  const parts = [...new Set(values)].filter((value) => value.length >= minSearched).map(partOf);
  return parts.length === 0 ? undefined : parts.join('|');
}

function partOf(value: string): string {
  if (digitsOnly.test(value))
    return `(?<![0-9])(?:00)?${value.split('').join(separators)}(?![0-9])`;
  return `(?<![0-9A-Za-z])${value.replaceAll(/[^0-9A-Za-z]/g, escaped)}(?![0-9A-Za-z])`;
}

/** What people write between digits, brackets around a trunk code included. */
const separators = '[ .()/-]{0,3}';

function escaped(sign: string): string {
  return sign.codePointAt(0) === undefined || /[\p{L}\p{N}\s]/u.test(sign) ? sign : `\\${sign}`;
}
