import type { Environment } from '@sinch-callbacks/config';
import type { StackFile } from './stack-file.ts';

export interface FilledEnvironment {
  readonly environment: Environment;
  /** Which of the two groups the stack file gave. */
  readonly secretFromStack: boolean;
  readonly serversFromStack: boolean;
}

/**
 * Fills from the stack file what the environment does not give.
 *
 * Database and queue come from one place, never one from each: replaying one stack's dead
 * letters on another stack's queue would apply them to the wrong database.
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
  return {
    environment: {
      ...given,
      ...(secretFromStack && { SINCH_WEBHOOK_SECRET: secret }),
      ...(serversFromStack && {
        DATABASE_URL: stack.databaseUrl,
        DIRECT_URL: undefined,
        REDIS_URL: redisUrlOf(stack),
      }),
    },
    secretFromStack,
    serversFromStack,
  };
}

/** Where there is no Redis, the queue lives in the database and needs no URL of its own. */
function redisUrlOf({ queueUrl }: StackFile): string | undefined {
  return queueUrl?.startsWith('redis') ? queueUrl : undefined;
}
