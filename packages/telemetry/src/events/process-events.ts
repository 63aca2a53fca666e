import type { Logger } from '../create-logger.ts';

export interface WorkerStarted {
  readonly concurrency: number;
  /** Which backend carries the queue. */
  readonly queue: string;
  readonly adminHost: string;
  readonly adminPort: number;
}

export interface WorkerStopping {
  /** What asked for it, such as `SIGTERM`. */
  readonly signal: string;
}

export interface WorkerStopped {
  readonly durationMs: number;
  /** Otherwise the deadline came first, and the events in hand went back to the queue. */
  readonly allFinished: boolean;
}

export interface DependencyLost {
  readonly dependency: 'queue' | 'database';
  readonly error: unknown;
}

export function workerStarted(logger: Logger, facts: WorkerStarted): void {
  logger.info(facts, 'worker started');
}

export function workerStopping(logger: Logger, facts: WorkerStopping): void {
  logger.info(facts, 'worker stopping');
}

export function workerStopped(logger: Logger, facts: WorkerStopped): void {
  logger.info(facts, 'worker stopped');
}

/** Redis or Postgres cannot be reached. No event loses an attempt for it. */
export function dependencyLost(logger: Logger, { error, ...facts }: DependencyLost): void {
  logger.error({ ...facts, err: error }, 'dependency lost');
}

export function dependencyRestored(
  logger: Logger,
  facts: { readonly dependency: DependencyLost['dependency']; readonly awayMs: number },
): void {
  logger.info(facts, 'dependency restored');
}

/** A library, or the runtime, complained of something that nobody here foresaw. The process goes on. */
export function complaintHeard(
  logger: Logger,
  { error, ...facts }: { readonly text: string; readonly error: unknown },
): void {
  logger.error({ ...facts, ...(error !== undefined && { err: error }) }, 'complaint heard');
}

/** A bug, or a start that cannot succeed: the process ends after this line. */
export function processFailed(logger: Logger, error: unknown): void {
  logger.fatal({ err: error }, 'process failed');
}
