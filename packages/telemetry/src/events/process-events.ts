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
  /** Otherwise the deadline came first: a worker's events went back to the queue, ingest's requests were broken off. */
  readonly allFinished: boolean;
}

export interface IngestStarted {
  /** Where it listens; absent under Next, which has the address for itself. */
  readonly ingestUrl?: string;
  readonly processes: number;
  /** Which backend carries the queue, or `none`. */
  readonly queue: string;
  /** How many webhook secrets were read: a comma inside one makes it two. */
  readonly secretCount: number;
}

export interface IngestProcessDied {
  /** Of the one that died; the line's own `pid` is that of the one that supervises. */
  readonly deadPid: number;
  readonly exitCode: number | null;
  /** What killed it, where something did. */
  readonly signal: string | null;
  /** When another one is started in its place. */
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
  /** How often it was tried in vain. */
  readonly failures: number;
}

export interface WorkerStalled {
  /** The lane that stands still. */
  readonly lane: string;
  readonly forMs: number;
  /** What the process ends with, to be started again. */
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

/** One of several ingest processes ended by itself. The others go on, and it is replaced. */
export function ingestProcessDied(logger: Logger, facts: IngestProcessDied): void {
  logger.error(facts, 'ingest process died');
}

/** Redis or Postgres cannot be reached. No event loses an attempt for it. */
export function dependencyLost(logger: Logger, { error, ...facts }: DependencyLost): void {
  logger.error({ ...facts, err: error }, 'dependency lost');
}

/** A reminder, once in a while for as long as it lasts. */
export function dependencyStillAway(logger: Logger, facts: DependencyAway): void {
  logger.warn(facts, 'dependency still away');
}

export function dependencyRestored(logger: Logger, facts: DependencyAway): void {
  logger.info(facts, 'dependency restored');
}

/** There is work, nothing stands in its way, and none gets done: the process ends to be restarted. */
export function workerStalled(logger: Logger, facts: WorkerStalled): void {
  logger.fatal(facts, 'worker stalled');
}

/** Nothing ran on the main thread for so long: the process is killed to be restarted. */
export function eventLoopBlocked(logger: Logger, facts: { readonly forMs: number }): void {
  logger.fatal(facts, 'event loop blocked');
}

/** A library, or the runtime, reported an unforeseen problem. The process goes on. */
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
