import { ConfigError } from '@sinch-callbacks/config';
import { DatabaseUnavailableError } from '@sinch-callbacks/db';
import { type ExitCode, exitCodes } from './exit-codes.ts';

/** The command was used in a way that makes no sense, or lacks a setting. Nothing was done. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  readonly code = 'usage';
}

/** The queue did not take or answer a command. */
export class QueueUnavailableError extends Error {
  override readonly name = 'QueueUnavailableError';
  readonly code = 'queue-unavailable';

  constructor(cause: unknown) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    super(`the queue cannot be used: ${reason}`, { cause });
  }
}

/** A foreseen failure, fit for a terminal and for JSON. */
export interface Failure {
  readonly code: string;
  readonly message: string;
  readonly exitCode: ExitCode;
}

/** `undefined` for an unforeseen error: that is a bug, and its stack is worth seeing. */
export function failureOf(error: unknown): Failure | undefined {
  if (error instanceof UsageError) {
    return { code: error.code, message: error.message, exitCode: exitCodes.usage };
  }
  if (error instanceof ConfigError) {
    return { code: 'configuration', message: error.message, exitCode: exitCodes.usage };
  }
  if (error instanceof DatabaseUnavailableError) {
    const message = `${error.message}\n(callbacks doctor says more)`;
    return { code: 'database-unavailable', message, exitCode: exitCodes.unreachable };
  }
  if (error instanceof QueueUnavailableError) {
    const message = `${error.message}\n(callbacks doctor says more)`;
    return { code: error.code, message, exitCode: exitCodes.unreachable };
  }
  return undefined;
}
