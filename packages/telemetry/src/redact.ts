import { withoutQuotedValues } from './quoted-values.ts';
import { serializeError } from './serialize-error.ts';

type Fields = Record<string, unknown>;

const censor = '[redacted]';
const maxDepth = 4;
const maxItems = 50;

const sensitiveName =
  /authorization|cookie|secret|password|passwd|passphrase|token|credential|api_?key|access_?key|signature|body|payload|content|phone|msisdn|identity|recipient/i;
/** Fields whose names only sound sensitive. */
const harmlessNames = new Set(['secretPosition']);
/** Lines have the same few names again and again; more than a few are not remembered. */
const judgedNames = new Map<string, boolean>();
const maxJudgedNames = 500;

/** `scheme://user:password@`, up to the last `@` before a blank or a quote. */
const urlCredentials = /([a-z][a-z0-9+.-]*:\/\/)[^\s"'`]*@/gi;
/** A word of 7 to 15 digits. Ids, digests and instants have letters, dots or dashes around theirs. */
const phoneNumber = /(?<![\w.+-])\+?\d{7,15}(?![\w-])/g;

/**
 * Words of letters, digits, `_`, `.` and `-` that begin with a letter, and single blanks between
 * them: nothing that the rules below could find, since each of those needs another sign, or a digit
 * at the beginning of a word.
 */
const plainWords = /^[A-Za-z][\w.-]*(?: [A-Za-z][\w.-]*)*$/;

/**
 * Takes out of a text: passwords in URLs, numbers that could be a phone's, and what the messages
 * of databases and parsers quote.
 */
export function redactText(text: string): string {
  if (plainWords.test(text)) return text;
  return withoutQuotedValues(text)
    .replace(urlCredentials, `$1${censor}@`)
    .replace(phoneNumber, censor);
}

/** A copy of `fields` that is fit for a log. Never throws; too deep or too long is cut. */
export function redactFields(fields: object): Fields {
  return redactObject(fields, 0);
}

function redactObject(object: object, depth: number): Fields {
  const fields: Fields = {};
  for (const [name, value] of Object.entries(object) as [string, unknown][]) {
    if (value === undefined) continue;
    fields[name] = isSensitive(name) ? censor : redactValue(value, depth + 1);
  }
  return fields;
}

function redactValue(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return redactText(value);
  if (typeof value === 'bigint') return String(value);
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Error) return serializeError(value, redactText);
  if (value instanceof Date) return value;
  if (value instanceof URL) return redactText(value.href);
  // Bytes are some payload's.
  if (ArrayBuffer.isView(value)) return censor;
  if (depth > maxDepth) return '[too deep]';
  if (Array.isArray(value)) {
    return value.slice(0, maxItems).map((item: unknown) => redactValue(item, depth + 1));
  }
  return redactObject(value, depth);
}

function isSensitive(name: string): boolean {
  const known = judgedNames.get(name);
  if (known !== undefined) return known;
  const judged = sensitiveName.test(name) && !harmlessNames.has(name);
  if (judgedNames.size < maxJudgedNames) judgedNames.set(name, judged);
  return judged;
}
