import type { CallbackEvent } from '@sinch-callbacks/core';
import type { DeadQueue } from '../connection/queue-backend.ts';
import { type AttemptRecord, jobIdOf } from '../contract/job-contract.ts';
import type { DeathCause } from '../contract/retry-policy.ts';

/** An event that will not be retried, and everything that explains why. */
export interface NewDeadLetter {
  readonly event: CallbackEvent;
  readonly replay: number;
  readonly cause: DeathCause;
  readonly message: string;
  readonly stack: string | undefined;
  /** The attempts in this lane, oldest first. */
  readonly attempts: readonly AttemptRecord[];
}

/**
 * Records the letter permanently. Three results record nothing. `already-applied`: the event was
 * applied after all. `already-closed`: an operator decided that the event must not be applied.
 * `returned`: the process is stopping.
 */
export type RecordLetter = (
  letter: NewDeadLetter,
) => Promise<'recorded' | 'already-applied' | 'already-closed' | 'returned'>;

/**
 * Makes the two writes of a dead letter: the permanent record first, then the copy that Bull Board
 * shows. Both are idempotent, and the job that they come from is finished only after them. A crash
 * in between leaves that job to be tried again, and both writes are repeated.
 *
 * The copy has no body: the record has it, and Redis must not fill up with bodies.
 */
export async function deadLetterEvent(
  deadQueue: DeadQueue,
  { recordLetter, redactText }: DeadLetterSteps,
  letter: NewDeadLetter,
): Promise<'dead-lettered' | 'already-applied' | 'already-closed' | 'returned'> {
  const recorded = await recordLetter(letter);
  if (recorded !== 'recorded') return recorded;
  await addDeadCopy(deadQueue, redactText ? withoutQuotes(letter, redactText) : letter);
  return 'dead-lettered';
}

export interface DeadLetterSteps {
  readonly recordLetter: RecordLetter;
  /** Removes from an error's message what it quotes of the body. */
  readonly redactText?: (text: string) => string;
}

/** Removes quotes from a copy's messages: redacting the event later does not change its copy. */
export function withoutQuotes<T extends Pick<DeadCopy, 'message' | 'attempts'>>(
  copy: T,
  redactText: (text: string) => string,
): T {
  const attempts = copy.attempts.map((one) => ({ ...one, message: redactText(one.message) }));
  return { ...copy, message: redactText(copy.message), attempts };
}

/** The facts of a letter that its copy shows. */
export interface DeadCopy extends Pick<NewDeadLetter, 'event' | 'replay' | 'message' | 'attempts'> {
  readonly cause: string;
}

/** Adds a copy for Bull Board, without the body. A copy that exists stays as it is. */
export async function addDeadCopy(deadQueue: DeadQueue, letter: DeadCopy): Promise<void> {
  const { event, replay, cause, message, attempts } = letter;
  const { rawBody: _, ...facts } = event;
  // The reason first, so that a dashboard shows it first.
  const copy = { cause, message, ...facts, replay, attempts: [...attempts] };
  await deadQueue.add(event.trigger, copy, { jobId: jobIdOf(event.key, 0) });
}
