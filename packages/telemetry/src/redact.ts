import { withoutContactDetails } from '@sinch-callbacks/core';

type Fields = Record<string, unknown>;

const censor = '[redacted]';
const maxDepth = 4;
const maxItems = 50;

const sensitiveName =
  /authorization|cookie|secret|password|passwd|passphrase|token|credential|api_?key|access_?key|signature|body|payload|content|phone|msisdn|identity|recipient/i;
/** Fields whose names match, but which hold nothing sensitive. */
const harmlessNames = new Set(['secretPosition', 'secretCount']);
/** A bounded cache: lines have the same few names again and again. */
const judgedNames = new Map<string, boolean>();
const maxJudgedNames = 500;

/** `scheme://user:password@`, up to the last `@` before a blank or a quote. */
const urlCredentials = /([a-z][a-z0-9+.-]*:\/\/)[^\s"'`]*@/gi;
/** The characters of which a text that quotes a value has at least one. */
const quotingMarks = /["(`]/;
/**
 * Removes from a text: passwords in URLs, what could be a phone number or an e-mail address, and the
 * values that messages of databases and parsers quote.
 */
export function redactText(text: string): string {
  // Most texts are ids and words, for which these quick tests avoid the slow ones.
  const unquoted = quotingMarks.test(text) ? withoutQuotedValues(text) : text;
  const open = unquoted.includes('://')
    ? unquoted.replace(urlCredentials, `$1${censor}@`)
    : unquoted;
  return withoutContactDetails(open);
}

/** Makes a copy of `fields` that is safe to log. Never throws; cuts what is too deep or long. */
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
  if (value instanceof Error) return serializeError(value);
  if (value instanceof Date) return value;
  if (value instanceof URL) return redactText(value.href);
  // Bytes belong to a payload.
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

interface SerializedError {
  readonly type: string;
  readonly code?: string | number;
  readonly message: string;
  readonly stack?: string;
  readonly cause?: SerializedError | string;
  readonly errors?: readonly (SerializedError | string)[];
}

const maxCauses = 5;
const maxErrors = 10;

/**
 * Makes plain data of an error: type, code, message, stack, cause and its list of errors, no more.
 *
 * Libraries add fields to their errors that must not be logged: ioredis the command with a job's
 * whole data, pg the row that violates a constraint, an HTTP client its request.
 * Every text goes through `redactText`.
 */
function serializeError(error: Error, depth = 0): SerializedError {
  const describe = (thrown: unknown) => {
    if (!(thrown instanceof Error)) return redactText(String(thrown));
    if (depth >= maxCauses) return redactText(thrown.message);
    return serializeError(thrown, depth + 1);
  };
  const code = codeOf(error);
  return {
    type: error.name,
    ...(code === undefined ? {} : { code }),
    message: redactText(error.message),
    ...(error.stack === undefined ? {} : { stack: redactText(error.stack) }),
    ...(error.cause === undefined ? {} : { cause: describe(error.cause) }),
    ...(error instanceof AggregateError
      ? { errors: error.errors.slice(0, maxErrors).map(describe) }
      : {}),
  };
}

function codeOf(error: Error): string | number | undefined {
  const code: unknown = 'code' in error ? error.code : undefined;
  return typeof code === 'string' || typeof code === 'number' ? code : undefined;
}

/** Postgres also quotes the names of its own objects, which an operator needs. */
const nameInQuotes =
  /\b(?:relation|table|column|constraint|index|type|function|database|role|user|schema|sequence|trigger|parameter|extension) "[a-z_][a-z0-9_.]*"/g;

/**
 * Detail lines show whole rows: `Key (identity)=(…) already exists`, `Failing row contains (…)`.
 */
const rowInDetail = /\b(Key \([^)]*\)=|Failing row contains )\([\s\S]*\)/;

/** The message of a trigger or function (`RAISE EXCEPTION`), which may hold any value. */
const raisedMessages = [
  [/^[\s\S]*(?= \(SQLSTATE P0\w{3}\))/, 'raised in the database'],
  [/(Code: `P0\w{3}`\. Message: )`[\s\S]*`/, '$1`[redacted]`'],
] as const;

/**
 * Removes the data that an error's message quotes: from the first double quote that does not name
 * an object of Postgres to the last one, since values may hold quotes themselves.
 */
function withoutQuotedValues(text: string): string {
  const plain = raisedMessages
    .reduce((rest, [pattern, words]) => rest.replace(pattern, words), text)
    .replace(rowInDetail, '$1([redacted])');
  const blinded = plain.replace(nameInQuotes, (name) => name.replaceAll('"', ' '));
  const [first, last] = [blinded.indexOf('"'), blinded.lastIndexOf('"')];
  if (first === last) return plain;
  return `${plain.slice(0, first)}"[redacted]"${plain.slice(last + 1)}`;
}
