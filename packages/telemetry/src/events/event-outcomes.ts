import type { Logger } from '../create-logger.ts';
import type { Metrics, SignatureSeen } from '../metrics/metrics.ts';

/** The two records of a business event: a line for people, a count for alerts. */
export interface Telemetry {
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** The times of an event that cannot be read. */
interface UnreadableTimes {
  /** The names of their fields, such as `event_time`; absent where there are none. */
  readonly unreadableTimes?: readonly string[] | undefined;
}

interface Attempt {
  readonly eventKey: string;
  readonly trigger: string;
  /** Counted from 1. */
  readonly attempt: number;
  /** 0 for the live lane, else the number of the replay. */
  readonly replay?: number | undefined;
}

export interface EventApplied extends Attempt, SignatureSeen, UnreadableTimes {
  /** The result of applying, such as `applied`, `duplicate` or `unhandled`. */
  readonly result: string;
  /** From taking the job to the commit. */
  readonly durationMs: number;
}

export interface AttemptFailed extends Attempt {
  readonly errorClass: string;
  readonly error: unknown;
  /** Absent where it will not be retried. */
  readonly retryInMs?: number | undefined;
}

export interface DeadLettered extends Attempt, SignatureSeen, UnreadableTimes {
  readonly errorClass: string;
  readonly error: unknown;
}

/** Records that an event is in the database, by this attempt or an earlier one. */
export function eventApplied({ logger, metrics }: Telemetry, facts: EventApplied): void {
  const { receivedAt: _, ...shown } = facts;
  logger.info(shown, 'event applied');
  metrics.eventApplied(facts);
  endEvent(metrics, facts);
}

/** Records a failed attempt that will be repeated. */
export function attemptFailed(
  { logger, metrics }: Telemetry,
  { error, ...facts }: AttemptFailed,
): void {
  logger.warn({ ...facts, err: error }, 'attempt failed');
  metrics.attemptFailed(facts);
}

/** Records that an event will not be retried: an operator has to act. */
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
