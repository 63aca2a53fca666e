/** The most separators between two digits of a number. */
export const maxSeparators = 3;

/**
 * The signs between the digits of a number: spaces, brackets, points, slashes and dashes, and what
 * is invisible. Ranges of code points, both ends included.
 */
const ranges = [
  [0x09, 0x0d],
  [0x20, 0x20],
  [0x28, 0x29],
  [0x2d, 0x2f],
  [0xa0, 0xa0],
  [0xad, 0xad],
  [0x061c, 0x061c],
  [0x1680, 0x1680],
  [0x180e, 0x180e],
  [0x2000, 0x2015],
  [0x2028, 0x202f],
  [0x205f, 0x2064],
  [0x2066, 0x206f],
  [0x2212, 0x2212],
  [0x3000, 0x3000],
  [0xfeff, 0xfeff],
  [0xff08, 0xff09],
  [0xff0d, 0xff0f],
  [0xfff9, 0xfffb],
] as const;

/** Each sign of {@link separatorClass}. */
export const separatorSigns: readonly string[] = ranges.flatMap(([first, last]) =>
  Array.from({ length: last - first + 1 }, (_, index) => String.fromCodePoint(first + index)),
);

/** The signs as a class of characters, which JavaScript and Postgres read alike. */
export const separatorClass = `[${ranges.map(([first, last]) => `${code(first)}-${code(last)}`).join('')}]`;

function code(point: number): string {
  return String.raw`\u${point.toString(16).padStart(4, '0')}`;
}

/**
 * A sign within a time that is no separator of a number: before a fraction of a second, and between
 * a date and an hour. JavaScript and Postgres read it alike; groups 1 and 2 are what is before it.
 */
export const timeJoint = `([0-9]:[0-9]{2})[.,](?=[0-9])|([0-9]{4}-[0-9]{2}-[0-9]{2}) (?=[0-9]{2}:)`;

/**
 * Stands in the place of {@link timeJoint}, in texts that are searched. No number begins after it.
 */
export const joined = '\u{e002}';
