import { isAbsolute } from 'node:path';
import { isLoopback } from '@sinch-callbacks/core';
import { z } from 'zod';

/*
 * The kinds of variables. Each takes a trimmed text that is not empty. Its error is the text that
 * follows the variable's name in a message, and never contains the value.
 */

/** Parses decimal digits only: `1e3`, `0x10` and `10 s` are errors, not numbers. */
export function wholeNumber(min: number, max: number) {
  const error = `must be a whole number from ${min} to ${max}`;
  return z
    .string()
    .regex(/^\d{1,15}$/, { error, abort: true })
    .transform(Number)
    .refine((value) => value >= min && value <= max, { error });
}

/** Parses as `wholeNumber`. `whyMin` says what needs the least of these days. */
export function days(min: number, max: number, whyMin: string) {
  const error = `must be a whole number of days from ${min} to ${max}, or empty to keep everything: ${whyMin}`;
  return z
    .string()
    .regex(/^\d{1,6}$/, { error, abort: true })
    .transform(Number)
    .refine((value) => value >= min && value <= max, { error });
}

/** Parses as `wholeNumber`, or a word for a number that is determined later. */
export function wholeNumberOr<const Word extends string>(word: Word, min: number, max: number) {
  const number = wholeNumber(min, max);
  const error = `must be ${word}, or a whole number from ${min} to ${max}`;
  return z.string().transform((text, context): Word | number => {
    if (text === word) return word;
    const parsed = number.safeParse(text);
    if (parsed.success) return parsed.data;
    context.addIssue({ code: 'custom', message: error });
    return z.NEVER;
  });
}

/** Parses the path of a file that is the same from each working directory. */
export function absolutePath() {
  return z.string().refine((value) => isAbsolute(value), {
    error: 'must be an absolute path: from another directory it would be another file',
  });
}

export function oneOf<const Choices extends readonly string[]>(choices: Choices) {
  return z.enum(choices, { error: `must be one of ${choices.join(', ')}` });
}

/** Parses `true` or `false`; `1`, `yes` and `on` are errors. */
export function flag() {
  return oneOf(['true', 'false']).transform((value) => value === 'true');
}

/**
 * Checks a URL of one Redis, or of some nodes of a Redis Cluster, with commas between them. These
 * differ only in their hosts: the scheme, user and password are the same for all.
 */
export function redisUrls() {
  const one = url('redis', 'rediss');
  const requirement =
    'must be one URL, or several of one Redis Cluster with commas between them, all with the same scheme, user and password and without a database';
  return z.string().transform((value, context) => {
    const urls = value.split(/\s*,\s*(?=rediss?:\/\/)/);
    const issues = urls.flatMap((item) => one.safeParse(item).error?.issues ?? []);
    const message = issues[0]?.message ?? (isOneCluster(urls) ? undefined : requirement);
    if (message !== undefined) context.addIssue({ code: 'custom', message });
    return value;
  });
}

function isOneCluster(urls: readonly string[]): boolean {
  const parsed = urls.map((item) => new URL(item));
  const isCluster = parsed.length > 1 || parsed[0]?.searchParams.get('cluster') === 'true';
  if (!isCluster) return true;
  const credentials = parsed.map(({ protocol, username, password }) =>
    JSON.stringify([protocol, username, password]),
  );
  return (
    new Set(credentials).size === 1 && parsed.every(({ pathname }) => /^\/?0?$/.test(pathname))
  );
}

/**
 * Checks a URL of Postgres. Prisma's `?schema=` is refused, since the other drivers here ignore it:
 * tables would be created in one schema and read from another.
 */
export function postgresUrl() {
  return url('postgres', 'postgresql').refine(
    (value) => {
      const schema = URL.canParse(value) ? new URL(value).searchParams.get('schema') : null;
      return schema === null || schema === 'public';
    },
    {
      error:
        'must not name a schema (?schema=): tables are made in "public", so use a database of its own',
    },
  );
}

/** Checks a token that goes into a header. */
export function token() {
  return z.string().regex(/^[\x21-\x7e]{20,}$/, {
    error: 'must be 20 or more letters, digits or signs, no blanks',
  });
}

/** Takes any text. `meaning` ends the sentence that says that it is missing. */
export function anyText(meaning: string) {
  return z.string({ error: `must be set to ${meaning}` });
}

/** Checks the address of a server that is sent credentials, which never leave in the clear. */
export function secureUrl() {
  return z.string().refine(isSecure, {
    error:
      'must be an https: address, or an http: one on this machine, without a user, a password, a query or a fragment',
  });
}

function isSecure(value: string): boolean {
  if (!URL.canParse(value)) return false;
  const { protocol, hostname, username, password, search, hash } = new URL(value);
  if (`${username}${password}${search}${hash}` !== '') return false;
  return protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname));
}

/** Checks a URL that starts with one of `schemes`. */
function url(...schemes: readonly string[]) {
  const starts = schemes.map((scheme) => `${scheme}://`);
  const requirement = `a URL that starts with ${starts.join(' or ')}`;
  return z
    .string({ error: `must be set to ${requirement}` })
    .refine((value) => starts.some((start) => value.startsWith(start)) && URL.canParse(value), {
      error: `must be ${requirement}, with any special character of its password percent-encoded`,
    });
}

const secretsRequirement =
  'must be secrets with commas between them; one that holds a comma or begins with a quote stands in double quotes, with each quote of its own doubled';

/**
 * Parses secrets separated by commas. Blanks around them are dropped, and so are empty ones.
 *
 * A secret that begins with a double quote ends with one. Between them it may hold commas, blanks
 * at its ends and doubled quotes, as in a CSV file. A quote inside any other secret is part of it.
 */
export function secretList() {
  return z.string().transform((text, context): readonly string[] => {
    const secrets = readSecrets(text);
    if (secrets !== undefined) return secrets.filter((secret) => secret !== '');
    context.addIssue({ code: 'custom', message: secretsRequirement });
    return z.NEVER;
  });
}

/** Matches one secret, quoted or plain, and the comma or the end after it. */
const nextSecret = /\s*(?:"((?:[^"]|"")*)"\s*|([^",\s][^,]*|))(,|$)/y;

/** Returns undefined where quotes do not match. */
function readSecrets(text: string): string[] | undefined {
  const secrets: string[] = [];
  const pattern = new RegExp(nextSecret);
  for (;;) {
    const found = pattern.exec(text);
    if (found === null) return undefined;
    const [, quoted, plain = '', end] = found;
    secrets.push(quoted === undefined ? plain.trim() : quoted.replaceAll('""', '"'));
    if (end === '') return secrets;
  }
}
