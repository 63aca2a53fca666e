import type { Logger } from '../create-logger.ts';
import type { Metrics, SignatureSeen } from '../metrics/metrics.ts';

/** Where a business event is written down: a line for people, a count for alerts. */
export interface Telemetry {
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** Times that an event carries and that cannot be read. */
interface UnreadableTimes {
  /** By the names of their fields, such as `event_time`; absent where there are none. */
  readonly unreadableTimes?: readonly string[] | undefined;
}

interface Attempt {
  readonly eventKey: string;
  readonly trigger: string;
  /** Counted from 1. */
  readonly attempt: number;
  /** 0 for the live lane, else which replay this is. */
  readonly replay?: number | undefined;
}

export interface EventApplied extends Attempt, SignatureSeen, UnreadableTimes {
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

export interface DeadLettered extends Attempt, SignatureSeen, UnreadableTimes {
  readonly errorClass: string;
  readonly error: unknown;
}

/** An event is in the database: now, or already before. */
export function eventApplied({ logger, metrics }: Telemetry, facts: EventApplied): void {
  const { receivedAt: _, ...shown } = facts;
  logger.info(shown, 'event applied');
  metrics.eventApplied(facts);
  endEvent(metrics, facts);
}

/** One try failed; the event is tried again, or a dead letter follows. */
export function attemptFailed(
  { logger, metrics }: Telemetry,
  { error, ...facts }: AttemptFailed,
): void {
  logger.warn({ ...facts, err: error }, 'attempt failed');
  metrics.attemptFailed(facts);
}

/** An event will not be retried by itself: an operator has to look. */
export function deadLettered(
  { logger, metrics }: Telemetry,
  { error, ...facts }: DeadLettered,
): void {
  const { receivedAt: _, ...shown } = facts;
  logger.error({ ...shown, err: error }, 'event dead-lettered');
  metrics.deadLettered({ cause: facts.errorClass });
  endEvent(metrics, facts);
}

function endEvent(metrics: Metrics, facts: SignatureSeen & UnreadableTimes): void {
  metrics.eventEnded(facts);
  for (const field of facts.unreadableTimes ?? []) metrics.unreadableTime({ field });
}
