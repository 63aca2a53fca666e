import type { CallbackEvent, Trigger } from '@sinch-callbacks/core';

/** One attempt at applying an event, as the dead letter stores it. */
export interface AttemptRecord {
  /** 0 for the live queue, n for the nth replay. */
  readonly replay: number;
  /** Counted from 1 in each replay. */
  readonly attempt: number;
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly errorClass: string;
  readonly message: string;
}

/** An event that is not retried automatically, with its reason. */
export interface DeadLetterRecord {
  readonly event: CallbackEvent;
  readonly replay: number;
  readonly errorClass: string;
  readonly errorMessage: string;
  readonly stack: string | undefined;
  /** The attempts of this replay. At least one. */
  readonly attempts: readonly AttemptRecord[];
  readonly deadAt: Date;
}

export interface DeadLetterFilter {
  readonly keys?: readonly string[] | undefined;
  readonly trigger?: string | undefined;
  readonly appId?: string | undefined;
  readonly errorClass?: string | undefined;
  readonly fingerprint?: string | undefined;
  /** Died at or after. */
  readonly since?: Date | undefined;
  /** Died before. */
  readonly until?: Date | undefined;
  /** True to include those that were applied or discarded since. Default: only open ones. */
  readonly includeResolved?: boolean | undefined;
}

/** A line in a list of dead letters, without the body. */
export interface DeadLetterSummary {
  readonly eventKey: string;
  readonly trigger: Trigger;
  /** Ids of the body, where they can be read. */
  readonly appId: string | undefined;
  readonly projectId: string | undefined;
  readonly entityId: string | undefined;
  readonly errorClass: string;
  readonly errorMessage: string;
  readonly attempts: number;
  readonly replays: number;
  readonly firstFailedAt: Date;
  readonly deadAt: Date;
  readonly replayedAt: Date | undefined;
  readonly resolvedAt: Date | undefined;
  /** `APPLIED`, `DISCARDED` or `REDACTED`. */
  readonly resolution: string | undefined;
  /** The fingerprint that letters with the same error share. */
  readonly fingerprint: string;
  /** The run that replayed it last. */
  readonly runId: number | undefined;
}

export interface DeadLetter extends DeadLetterSummary {
  readonly stack: string | undefined;
  readonly history: readonly AttemptRecord[];
  /**
   * The event. Its body is empty where it was redacted, or where it was applied and its week
   * dropped.
   */
  readonly event: CallbackEvent;
}

/**
 * Checks for a replay whose result is not known: the letter is open, and its history holds no
 * attempt of that replay. It compares numbers and not times, since the replaying process and the
 * worker may have different clocks.
 */
export function isReplayPending(
  letter: Pick<DeadLetter, 'replays' | 'replayedAt' | 'resolvedAt' | 'history'>,
): boolean {
  if (letter.resolvedAt !== undefined || letter.replayedAt === undefined) return false;
  return letter.history.every(({ replay }) => replay !== letter.replays);
}
