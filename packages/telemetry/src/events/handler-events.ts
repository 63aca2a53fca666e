import type { Logger } from '../create-logger.ts';

/** One run of a handler for one task. */
export interface TaskRunFacts {
  readonly handler: string;
  readonly eventKey: string;
  readonly trigger: string;
  /** Counted from 1. */
  readonly attempt: number;
  /** `done`, `skipped`, `retried`, `dead`, `released` or `lost`. */
  readonly outcome: string;
  readonly durationMs: number;
  readonly error?: string | undefined;
  readonly retryAt?: Date | undefined;
}

/** Logs that the handlers process takes tasks as soon as the user's code is loaded. */
export function handlersStarted(logger: Logger, facts: { readonly handlersUrl: string }): void {
  logger.info(facts, 'handlers process started');
}

export function handlersStopped(
  logger: Logger,
  facts: { readonly signal: string; readonly durationMs: number },
): void {
  logger.info(facts, 'handlers process stopped');
}

/** Logs that the user's code is loaded, at the start and after each change of it. */
export function handlersLoaded(
  logger: Logger,
  facts: { readonly handlers: readonly string[] },
): void {
  logger.info(facts, 'handlers loaded');
}

/**
 * Logs that the user's code cannot be loaded: no task runs, or the code from before stays in use.
 */
export function handlersNotLoaded(logger: Logger, facts: { readonly error: unknown }): void {
  logger.error({ err: facts.error }, 'handlers not loaded');
}

/**
 * Logs an error of the handlers process itself: a statement that failed, or a bug. It continues.
 */
export function handlersErred(logger: Logger, facts: { readonly error: unknown }): void {
  logger.error({ err: facts.error }, 'handlers process error');
}

/** Logs that the process with the user's code ended unasked. Another one is started. */
export function runnerEnded(
  logger: Logger,
  facts: {
    readonly code: number | null;
    readonly signal: string | null;
    /** True where it was killed because its event loop was blocked. */
    readonly wasBlocked: boolean;
  },
): void {
  logger.error(facts, 'handlers runner ended');
}

/** Logs that a handler asked to be paused: its tasks wait until an operator resumes it. */
export function handlerPaused(
  logger: Logger,
  facts: { readonly handler: string; readonly reason: string },
): void {
  logger.error(facts, 'handler paused');
}

/** Logs the end of a run: one line for each. */
export function taskRun(logger: Logger, facts: TaskRunFacts): void {
  if (facts.outcome === 'dead') logger.error(facts, 'task dead');
  else if (facts.outcome === 'retried') logger.warn(facts, 'task failed');
  else logger.info(facts, 'task run');
}
