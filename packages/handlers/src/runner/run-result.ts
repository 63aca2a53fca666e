import { classifyFailure, DatabaseUnavailableError } from '@sinch-callbacks/db';
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
  if (error instanceof Skip) return { kind: 'skipped', reason: error.message };
  if (error instanceof GiveUp) return { kind: 'gave-up', ...describe(error) };
  if (error instanceof Pause) return { kind: 'paused', reason: error.message };
  if (error instanceof RetryAt) return { kind: 'retry-at', at: error.at, ...describe(error) };
  if (error instanceof TaskLostError || abortedFor !== undefined) return { kind: 'stopped' };
  if (isDatabaseDown(error)) return { kind: 'database-down' };
  // The handler's own error is probably that of a request which the signal ended.
  const cause: unknown = signal.reason instanceof TimedOut ? signal.reason : error;
  return { kind: 'failed', ...describe(cause) };
}

/** Checks for a failure of the product's own database, reported by Prisma or by this library. */
function isDatabaseDown(error: unknown): boolean {
  if (error instanceof DatabaseUnavailableError) return true;
  return isPrismas(error) && classifyFailure(error) === 'infrastructure';
}

/**
 * Checks for an error that came by Prisma. The driver's errors without a code pass through it as
 * they are, as of a connection that ended: then only the stack differs from one of another driver.
 */
function isPrismas(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { name, stack = '' } = error;
  if (name.startsWith('PrismaClient') || name === 'DriverAdapterError') return true;
  return /[\\/]@prisma[\\/]adapter-pg[\\/]/.test(stack);
}

function describe(error: unknown): RunError {
  return error instanceof Error
    ? { message: error.message, stack: error.stack }
    : { message: String(error), stack: undefined };
}
