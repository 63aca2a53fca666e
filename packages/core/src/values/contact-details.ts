import { maxSeparators, separatorClass } from '../mentions/separators.ts';

const removed = '[redacted]';

/** Between two digits of a number as people write it. */
const gap = `${separatorClass}{0,${maxSeparators}}`;
const notBefore = String.raw`(?<![\w.+-])`;

/** A UUID is kept after any sign too: its last digits may look like a number. */
const uuid = String.raw`[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?![\w-])`;

/** What has digits and is kept: a UUID, and an instant or a date. */
const kept = [
  uuid,
  String.raw`\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])(?:[T ]\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?)?(?:Z|[+-]\d\d:?\d\d)?(?![\w-])`,
];

/** The spellings of a number: with a plus, with 00, with 0, in North America, and one word. */
const numbers = [
  String.raw`\+${gap}\d(?:${gap}\d){6,14}(?!\w)`,
  String.raw`00${gap}[1-9](?:${gap}\d){6,14}(?!\w)`,
  String.raw`\(?0\d(?:${gap}\d){7,10}(?!\w)`,
  String.raw`(?:1${gap})?\(?[2-9]\d\d\)?[ .-]\d{3}[ .-]\d{4}(?![\w-])`,
  String.raw`\+?\d{7,15}(?![\w-])`,
  // As a date is written that is none.
  String.raw`\d{4}-\d\d-\d\d(?![\w-])`,
];

/**
 * A number after a name, such as `sms-46701234567`. A shorter one is a part of a name more often.
 */
const afterName = String.raw`(?<=[a-z][_.-])\+?\d{10,15}(?![\w-])`;

const numberOrKept = new RegExp(
  `${notBefore}(?:(\\(?(?:${kept.join('|')}))|${numbers.join('|')})|((?<![0-9a-z])${uuid})|${afterName}`,
  'gi',
);

/** Most texts have no seven digits so near to each other. */
const sevenNearDigits = /\d(?:\D{0,3}\d){6}/;

/** Not the name of a package with its version, such as `undici@7.16.0`. */
const email =
  /(?<![\w.+-])[\w.+-]{1,64}@(?=[\w-]*[a-z])[\w-]{1,63}(?:\.[\w-]{1,63}){0,8}\.[a-z]{2,24}(?![\w-])/gi;

/**
 * Removes from a text what looks like a phone number, in any usual spelling, or like an e-mail
 * address. Ids, digests and times stay: their digits stand among letters, or in a known form.
 */
export function withoutContactDetails(text: string): string {
  const unaddressed = text.includes('@') ? text.replace(email, removed) : text;
  if (!sevenNearDigits.test(unaddressed)) return unaddressed;
  return unaddressed.replace(numberOrKept, (found, isKept?: string, isUuid?: string) =>
    isKept === undefined && isUuid === undefined ? removed : found,
  );
}
