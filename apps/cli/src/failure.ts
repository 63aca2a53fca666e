import { ConfigError } from '@sinch-callbacks/config';
import {
  DatabaseUnavailableError,
  ErasureTakenOverError,
  MissingErasureKeyError,
  OpenTransactionError,
  TooManyIdsError,
  WrongErasureKeyError,
} from '@sinch-callbacks/db';
import { AmbiguousKeyError, ClocksDifferError, ErasureLogError } from '@sinch-callbacks/operations';
import { QueueUnavailableError } from '@sinch-callbacks/queue';
import { SinchApiError } from '@sinch-callbacks/sinch-api';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { oneLine } from './terminal/format.ts';

/** A wrong use of a command, or a missing setting. Nothing was done. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  readonly code = 'usage';
}

/** A foreseen failure, fit for a terminal and for JSON. */
export interface Failure {
  readonly code: string;
  readonly message: string;
  readonly exitCode: ExitCode;
}

/** Returns `undefined` for an unforeseen error: that is a bug, and its stack is worth seeing. */
export function failureOf(error: unknown): Failure | undefined {
  if (error instanceof UsageError) {
    return { code: error.code, message: error.message, exitCode: exitCodes.usage };
  }
  if (error instanceof AmbiguousKeyError) {
    const message = `several dead letters begin with ${oneLine(error.text)}: dead show names them`;
    return { code: 'usage', message, exitCode: exitCodes.usage };
  }
  if (error instanceof ConfigError) {
    return { code: 'configuration', message: error.message, exitCode: exitCodes.usage };
  }
  if (
    error instanceof TooManyIdsError ||
    error instanceof ClocksDifferError ||
    error instanceof ErasureTakenOverError ||
    error instanceof OpenTransactionError
  ) {
    return { code: error.code, message: error.message, exitCode: exitCodes.failed };
  }
  if (error instanceof ErasureLogError || error instanceof WrongErasureKeyError) {
    return { code: error.code, message: error.message, exitCode: exitCodes.usage };
  }
  if (error instanceof MissingErasureKeyError) {
    const message = `${error.message} (docs/privacy.md)`;
    return { code: 'configuration', message, exitCode: exitCodes.usage };
  }
  if (error instanceof DatabaseUnavailableError) {
    const message = `${error.message}\n(callbacks doctor says more)`;
    return { code: 'database-unavailable', message, exitCode: exitCodes.unreachable };
  }
  if (error instanceof QueueUnavailableError) {
    const message = `${error.message}\n(callbacks doctor says more)`;
    return { code: error.code, message, exitCode: exitCodes.unreachable };
  }
  if (error instanceof SinchApiError) {
    const { status = 503, message } = error;
    const isDown = status === 429 || status >= 500;
    const exitCode = isDown ? exitCodes.unreachable : exitCodes.failed;
    return { code: 'sinch-api', message: `Sinch: ${oneLine(message)}`, exitCode };
  }
  return undefined;
}
