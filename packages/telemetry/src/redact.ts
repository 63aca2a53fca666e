import { withoutQuotedValues } from './quoted-values.ts';
import { serializeError } from './serialize-error.ts';

type Fields = Record<string, unknown>;

const censor = '[redacted]';
const maxDepth = 4;
const maxItems = 50;

const sensitiveName =
  /authorization|cookie|secret|password|passwd|passphrase|token|credential|api_?key|access_?key|signature|body|payload|content|phone|msisdn|identity|recipient/i;
/** Fields whose names only sound sensitive. */
const harmlessNames = new Set(['secretPosition', 'secretCount']);
/** Lines have the same few names again and again; more than a few are not remembered. */
const judgedNames = new Map<string, boolean>();
const maxJudgedNames = 500;

/** `scheme://user:password@`, up to the last `@` before a blank or a quote. */
const urlCredentials = /([a-z][a-z0-9+.-]*:\/\/)[^\s"'`]*@/gi;
/** One of them is in whatever quotes a value. */
const quotingMarks = /["(`]/;
const sevenDigits = /\d{7}/;
/** A word of 7 to 15 digits. Ids, digests and instants have letters, dots or dashes around theirs. */
const phoneNumber = /(?<![\w.+-])\+?\d{7,15}(?![\w-])/g;

/**
 * Takes out of a text: passwords in URLs, numbers that could be a phone's, and what the messages
 * of databases and parsers quote.
 */
export function redactText(text: string): string {
  // Most texts are ids and words, and each of these looks says in no time that there is nothing.
  const unquoted = quotingMarks.test(text) ? withoutQuotedValues(text) : text;
  const open = unquoted.includes('://')
    ? unquoted.replace(urlCredentials, `$1${censor}@`)
    : unquoted;
  return sevenDigits.test(open) ? open.replace(phoneNumber, censor) : open;
}

/** A copy of `fields` that is fit for a log. Never throws; too deep or too long is cut. */
export function redactFields(fields: object): Fields {
  return redactObject(fields, 0);
}

function redactObject(object: object, depth: number): Fields {
  const fields: Fields = {};
  for (const name of Object.keys(object)) {
    const value: unknown = Reflect.get(object, name);
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
