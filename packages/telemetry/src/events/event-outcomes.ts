import type { Logger } from '../create-logger.ts';

interface Attempt {
  readonly eventKey: string;
  readonly trigger: string;
  /** Counted from 1. */
  readonly attempt: number;
  /** 0 for the live lane, else which replay this is. */
  readonly replay?: number | undefined;
}

export interface EventApplied extends Attempt {
  /** What applying came to, such as `applied`, `duplicate` or `unhandled`. */
  readonly result: string;
  /** From taking the job to the commit. */
  readonly durationMs: number;
}

export interface AttemptFailed extends Attempt {
  readonly errorClass: string;
  readonly error: unknown;
  /** Absent where it will not be tried again by itself. */
  readonly retryInMs?: number | undefined;
}

export interface DeadLettered extends Attempt {
  readonly errorClass: string;
  readonly error: unknown;
}

/** An event is in the database: now, or already before. */
export function eventApplied(logger: Logger, facts: EventApplied): void {
  logger.info(facts, 'event applied');
}

/** One try failed; the event is tried again, or a dead letter follows. */
export function attemptFailed(logger: Logger, { error, ...facts }: AttemptFailed): void {
  logger.warn({ ...facts, err: error }, 'attempt failed');
}

/** An event will not be tried again by itself: somebody has to look. */
export function deadLettered(logger: Logger, { error, ...facts }: DeadLettered): void {
  logger.error({ ...facts, err: error }, 'event dead-lettered');
}
