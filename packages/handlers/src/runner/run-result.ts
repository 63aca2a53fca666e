import { DatabaseUnavailableError, isUnavailable } from '@sinch-callbacks/db';
import { TaskLostError } from '../api/handler-context.ts';
import { GiveUp, Pause, RetryAt, Skip } from '../api/outcomes.ts';
import type { AbortReason } from '../engine/contract.ts';
import type { RunError, RunResult } from '../tasks/decide-settlement.ts';

/** The reason in `ctx.signal` of a run that took too long. */
export class TimedOut extends Error {
  constructor(timeoutMs: number) {
    super(`the run took longer than its timeout of ${timeoutMs} ms`);
    this.name = 'TimedOut';
  }
}

/** Turns the error of a handler into the result of its run. */
export function resultOf(
  error: unknown,
  signal: AbortSignal,
  abortedFor: AbortReason | undefined,
): RunResult {
  const { message, stack } = describe(error);
  if (error instanceof Skip) return { kind: 'skipped', reason: message };
  if (error instanceof GiveUp) return { kind: 'gave-up', message, stack };
  if (error instanceof Pause) return { kind: 'paused', reason: message };
  if (error instanceof RetryAt) return { kind: 'retry-at', at: error.at, message, stack };
  if (error instanceof TaskLostError || abortedFor !== undefined) return { kind: 'stopped' };
  if (isDatabaseDown(error)) return { kind: 'database-down', message, stack };
  // The handler's own error is probably that of a request which the signal ended.
  if (signal.reason instanceof TimedOut) return { kind: 'timed-out', ...describe(signal.reason) };
  return { kind: 'failed', message, stack };
}

/** Checks for a failure of the product's own database, reported by Prisma or by this library. */
function isDatabaseDown(error: unknown): boolean {
  if (error instanceof DatabaseUnavailableError) return true;
  if (!isPrismas(error)) return false;
  // Of a transaction that began and was slow; one that cannot begin says so.
  if (isExpired(error)) return false;
  return isUnavailable(error);
}

function isExpired(error: Error): boolean {
  return Reflect.get(error, 'code') === 'P2028' && !error.message.includes('Unable to start');
}

/**
 * Checks for an error that came by Prisma. The driver's errors without a code pass through it as
 * they are, as of a connection that ended: then only the stack differs from one of another driver.
 */
function isPrismas(error: unknown): error is Error {
  if (!(error instanceof Error)) return false;
  const { name, stack = '' } = error;
  if (name.startsWith('PrismaClient') || name === 'DriverAdapterError') return true;
  return /[\\/]@prisma[\\/]adapter-pg[\\/]/.test(stack);
}

/** An error's text is kept with the task, up to a hundred times. */
const maxMessageLength = 2_000;
const maxStackLength = 8_000;

/** Describes whatever was thrown, in bounded texts. */
function describe(error: unknown): RunError {
  if (!(error instanceof Error))
    return { message: bounded(error, maxMessageLength), stack: undefined };
  const { message, stack } = error;
  return {
    message: bounded(message, maxMessageLength),
    stack: stack === undefined ? undefined : bounded(stack, maxStackLength),
  };
}

function bounded(value: unknown, length: number): string {
  return textOf(value).slice(0, length);
}

/** The user's code may throw anything, such as an object whose `toString` throws. */
function textOf(value: unknown): string {
  try {
    return String(value);
  } catch {
    return 'a value that is no text';
  }
}
