import type { Logger } from '../create-logger.ts';

export interface WorkerStarted {
  readonly concurrency: number;
  /** The backend of the queue. */
  readonly queue: string;
  readonly adminHost: string;
  readonly adminPort: number;
}

export interface WorkerStopping {
  /** The cause, such as `SIGTERM`. */
  readonly signal: string;
}

export interface WorkerStopped {
  readonly durationMs: number;
  /**
   * False when the deadline came first: a worker's events went back to the queue, and ingest's
   * requests were cut off.
   */
  readonly allFinished: boolean;
}

export interface IngestStarted {
  /** The address that it listens on; absent under Next, which logs it itself. */
  readonly ingestUrl?: string;
  readonly processes: number;
  /** The backend of the queue, or `none`. */
  readonly queue: string;
  /** The number of webhook secrets that were read: a comma inside one makes it two. */
  readonly secretCount: number;
}

export interface IngestProcessDied {
  /** The id of the process that died; the line's own `pid` is that of the supervisor. */
  readonly deadPid: number;
  readonly exitCode: number | null;
  /** The signal that killed it, if one did. */
  readonly signal: string | null;
  /** The time until another one starts in its place. */
  readonly restartInMs: number;
}

type Dependency = 'queue' | 'fallback queue' | 'database';

export interface DependencyLost {
  readonly dependency: Dependency;
  readonly error: unknown;
}

export interface DependencyAway {
  readonly dependency: Dependency;
  readonly awayMs: number;
  /** The number of failed attempts. */
  readonly failures: number;
}

export interface WorkerStalled {
  /** The lane that makes no progress. */
  readonly lane: string;
  readonly forMs: number;
  /** The code that the process exits with, so that its supervisor restarts it. */
  readonly exitCode: number;
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

export function ingestStarted(logger: Logger, facts: IngestStarted): void {
  logger.info(facts, 'ingest started');
}

export function ingestStopping(logger: Logger, facts: { readonly signal: string }): void {
  logger.info(facts, 'ingest stopping');
}

export function ingestStopped(logger: Logger, facts: WorkerStopped): void {
  logger.info(facts, 'ingest stopped');
}

/** Logs that one of several ingest processes ended unasked. The others go on; it is replaced. */
export function ingestProcessDied(logger: Logger, facts: IngestProcessDied): void {
  logger.error(facts, 'ingest process died');
}

/** Logs that Redis or Postgres cannot be reached. An outage does not use up retries. */
export function dependencyLost(logger: Logger, { error, ...facts }: DependencyLost): void {
  logger.error({ ...facts, err: error }, 'dependency lost');
}

/** Logs a reminder from time to time while the outage lasts. */
export function dependencyStillAway(logger: Logger, facts: DependencyAway): void {
  logger.warn(facts, 'dependency still away');
}

export function dependencyRestored(logger: Logger, facts: DependencyAway): void {
  logger.info(facts, 'dependency restored');
}

/**
 * Logs that a lane has work, no outage explains it, and no job ends: the process exits to be
 * restarted.
 */
export function workerStalled(logger: Logger, facts: WorkerStalled): void {
  logger.fatal(facts, 'worker stalled');
}

/** Logs how long the main thread was blocked: the process is killed to be restarted. */
export function eventLoopBlocked(logger: Logger, facts: { readonly forMs: number }): void {
  logger.fatal(facts, 'event loop blocked');
}

/** Logs an unforeseen problem that a library or the runtime reported. The process goes on. */
export function complaintHeard(
  logger: Logger,
  { error, ...facts }: { readonly text: string; readonly error: unknown },
): void {
  logger.error({ ...facts, ...(error !== undefined && { err: error }) }, 'complaint heard');
}

/** Logs a bug, or a start that cannot succeed: the process exits after this line. */
export function processFailed(logger: Logger, error: unknown): void {
  logger.fatal({ err: error }, 'process failed');
}
