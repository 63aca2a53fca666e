import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Environment } from '@sinch-callbacks/config';
import { UsageError } from '../failure.ts';

/** The running stack, as `npm start` describes it. Any part may be missing. */
export interface StackFile {
  /** The name of the file in messages. */
  readonly name: string;
  readonly ingestUrl: string | undefined;
  readonly adminUrl: string | undefined;
  readonly databaseUrl: string | undefined;
  readonly queueUrl: string | undefined;
  readonly webhookSecret: string | undefined;
  /** The variables of `callbacks erase`; empty where it has none. */
  readonly erasure: Environment;
  /** The variables of its local Sinch API; empty where it has none. */
  readonly sinch: Environment;
}

/** What says where Sinch's API is and opens it. The app may be another one there. */
const sinchAccess = [
  'SINCH_REGION',
  'SINCH_API_URL',
  'SINCH_AUTH_URL',
  'SINCH_PROJECT_ID',
  'SINCH_ACCESS_KEY_ID',
  'SINCH_ACCESS_SECRET',
];
const sinchNames = [...sinchAccess, 'SINCH_APP_ID'];

const defaultName = '.dev/stack.json';
const defaultPath = fileURLToPath(new URL(`../../../../${defaultName}`, import.meta.url));

/**
 * Reads the file that `npm start` writes while it runs.
 * @param choice a path, `false` to read none, or `undefined` for the usual one, which need not
 *   exist.
 * @throws UsageError when a file is there, or was asked for, and cannot be read.
 */
export async function readStackFile(
  choice: string | false | undefined,
): Promise<StackFile | undefined> {
  if (choice === false) return undefined;
  const name = choice ?? defaultName;
  const text = await readText(choice ?? defaultPath, name);
  if (text !== undefined) return parseStackFile(text, name);
  if (choice === undefined) return undefined;
  throw new UsageError(`${name} does not exist`);
}

/** @throws UsageError when the text is no JSON object, or an address in it is none. */
export function parseStackFile(text: string, name: string): StackFile {
  const values = parseObject(text);
  if (values === undefined) {
    throw new UsageError(`${name} is not a stack file; --no-stack leaves it unread`);
  }
  const read = (member: string) => {
    const value = values.get(member);
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  const readAddress = (member: string) => {
    const value = read(member);
    if (value === undefined || URL.canParse(value)) return value;
    throw new UsageError(`${member} in ${name} is no URL; --no-stack leaves it unread`);
  };
  return {
    name,
    ingestUrl: readAddress('ingestUrl'),
    adminUrl: readAddress('adminUrl'),
    databaseUrl: read('databaseUrl'),
    queueUrl: read('queueUrl'),
    webhookSecret: read('webhookSecret'),
    erasure: erasureOf(values.get('erasure')),
    sinch: sinchOf(values.get('sinch')),
  };
}

function sinchOf(value: unknown): Environment {
  const members = membersOf(value);
  return Object.fromEntries(
    sinchNames.flatMap((name) => {
      const member = members.get(name);
      return typeof member === 'string' ? [[name, member]] : [];
    }),
  );
}

function erasureOf(value: unknown): Environment {
  const members = membersOf(value);
  const [key, logFile] = [members.get('key'), members.get('logFile')];
  if (typeof key !== 'string' || typeof logFile !== 'string') return {};
  return { ERASURE_KEY: key, ERASURE_LOG: logFile };
}

function membersOf(value: unknown): ReadonlyMap<string, unknown> {
  return new Map<string, unknown>(
    typeof value === 'object' && value !== null ? Object.entries(value) : [],
  );
}

async function readText(path: string, name: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT') return undefined;
    throw new UsageError(`${name} cannot be read (${String(code)})`, { cause: error });
  }
}

function parseObject(text: string): ReadonlyMap<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? new Map(Object.entries(value)) : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

interface FilledEnvironment {
  readonly environment: Environment;
  /** True for each of the groups that the stack file gave. */
  readonly secretFromStack: boolean;
  readonly serversFromStack: boolean;
  /** True where Sinch's API is the local one of the stack. */
  readonly sinchFromStack: boolean;
}

/**
 * Fills in from the stack file what the environment does not set.
 *
 * Database and queue come from one place, never one from each: replaying one stack's dead
 * letters on another stack's queue would apply them to the wrong database. Sinch's API comes from
 * the stack only together with them, and where the environment names nothing of its own. So does the
 * list of erased people.
 */
export function fillEnvironment(
  given: Environment,
  stack: StackFile | undefined,
): FilledEnvironment {
  const gives = (name: string) => (given[name] ?? '').trim() !== '';
  const secret = stack?.webhookSecret;
  const secretFromStack = !gives('SINCH_WEBHOOK_SECRET') && secret !== undefined;
  const serversFromStack =
    !gives('DATABASE_URL') && !gives('REDIS_URL') && stack?.databaseUrl !== undefined;
  const sinchFromStack =
    serversFromStack && !sinchAccess.some(gives) && sinchAccess.some((name) => name in stack.sinch);
  // The list is in the stack's database, and only its own key reads it.
  const erasureFromStack = serversFromStack && !gives('ERASURE_KEY') && !gives('ERASURE_LOG');
  return {
    environment: {
      ...given,
      ...(sinchFromStack && stack.sinch),
      ...(erasureFromStack && stack.erasure),
      ...(gives('SINCH_APP_ID') && { SINCH_APP_ID: given['SINCH_APP_ID'] }),
      ...(secretFromStack && { SINCH_WEBHOOK_SECRET: secret }),
      ...(serversFromStack && {
        DATABASE_URL: stack.databaseUrl,
        DIRECT_URL: undefined,
        REDIS_URL: redisUrlOf(stack),
      }),
    },
    secretFromStack,
    serversFromStack,
    sinchFromStack,
  };
}

/** Returns nothing without Redis: the queue is then in the database and needs no URL. */
function redisUrlOf({ queueUrl }: StackFile): string | undefined {
  return queueUrl?.startsWith('redis') ? queueUrl : undefined;
}
