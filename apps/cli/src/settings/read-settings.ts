import {
  type CliConfig,
  type Environment,
  parseCliConfig,
  type QueueTarget,
  readConfig,
} from '@sinch-callbacks/config';
import { fillEnvironment, readStackFile } from './stack-file.ts';

/** A setting and its origin. */
export interface Given<T> {
  readonly value: T;
  /** The origin for people: `the environment`, or the stack file's name. */
  readonly from: string;
}

export interface Settings {
  /** The secret that signs what is sent. */
  readonly secret: Given<string> | undefined;
  /** All secrets, the signing one first. */
  readonly secrets: Given<readonly string[]> | undefined;
  readonly databaseUrl: Given<string> | undefined;
  readonly queue: Given<QueueTarget> | undefined;
  readonly fallbackQueue: Given<QueueTarget> | undefined;
  readonly queuePrefix: string;
  readonly queuePartitions: number;
  readonly ingestUrl: Given<string> | undefined;
  readonly adminUrl: Given<string> | undefined;
  readonly admin: CliConfig['admin'];
  readonly retention: CliConfig['retention'];
  readonly forwardSecret: string | undefined;
  readonly erasure: CliConfig['erasure'];
  readonly contactDelete: CliConfig['contactDelete'];
  /** Sinch's app that messages are sent from. */
  readonly appId: string | undefined;
}

export const environmentName = 'the environment';

/**
 * Reads the environment, and from the stack file what the environment does not set.
 * @throws ConfigError when a variable is malformed.
 * @throws UsageError when the stack file cannot be read.
 */
export async function readSettings(
  stackChoice: string | false | undefined,
  environment?: Environment,
): Promise<Settings> {
  const stack = await readStackFile(stackChoice);
  let secretFrom = environmentName;
  let serversFrom = environmentName;
  const config = readConfig((variables) => {
    const filled = fillEnvironment(variables, stack);
    if (stack && filled.secretFromStack) secretFrom = stack.name;
    if (stack && filled.serversFromStack) serversFrom = stack.name;
    return parseCliConfig(filled.environment);
  }, environment);
  return {
    secret: given(config.secrets[0], secretFrom),
    secrets: config.secrets.length > 0 ? given(config.secrets, secretFrom) : undefined,
    databaseUrl: given(config.databaseUrl, serversFrom),
    queue: given(config.queue, serversFrom),
    fallbackQueue: given(config.fallbackQueue, serversFrom),
    queuePrefix: config.queuePrefix,
    queuePartitions: config.queuePartitions,
    ingestUrl: stack && given(stack.ingestUrl, stack.name),
    adminUrl: stack && given(stack.adminUrl, stack.name),
    admin: config.admin,
    retention: config.retention,
    forwardSecret: config.forwardSecret,
    erasure: config.erasure,
    contactDelete: config.contactDelete,
    appId: config.sinch.appId,
  };
}

function given<T>(value: T | undefined, from: string): Given<T> | undefined {
  return value === undefined ? undefined : { value, from };
}

const and = new Intl.ListFormat('en');

/** Formats origins: `database and queue from the environment`, one phrase for each origin. */
export function describeOrigins(
  settings: Readonly<Record<string, Given<unknown> | undefined>>,
): string {
  const names = new Map<string, string[]>();
  for (const [name, setting] of Object.entries(settings)) {
    if (setting) names.set(setting.from, [...(names.get(setting.from) ?? []), name]);
  }
  return [...names].map(([from, list]) => `${and.format(list)} from ${from}`).join('; ');
}
