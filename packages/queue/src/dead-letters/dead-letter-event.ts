import type { CallbackEvent } from '@sinch-callbacks/core';
import type { DeadQueue } from '../connection/queue-backend.ts';
import { type AttemptRecord, jobIdOf } from '../contract/job-contract.ts';
import type { DeathCause } from '../contract/retry-policy.ts';

/** An event that is given up, and everything that explains why. */
export interface NewDeadLetter {
  readonly event: CallbackEvent;
  readonly replay: number;
  readonly cause: DeathCause;
  readonly message: string;
  readonly stack: string | undefined;
  /** This lane's attempts, oldest first. */
  readonly attempts: readonly AttemptRecord[];
}

/**
 * Keeps the letter for good. `already-applied`: there is no need, the event was applied after
 * all. `already-closed`: an operator has decided that the event is not to be applied. `returned`:
 * not now, the process is stopping.
 */
export type RecordLetter = (
  letter: NewDeadLetter,
) => Promise<'recorded' | 'already-applied' | 'already-closed' | 'returned'>;

/**
 * The two writes of a dead letter: the lasting record first, then the copy that Bull Board
 * shows. Both are idempotent, and the job they come from is finished only after them: a crash
 * in between leaves that job to be tried once more, and the same two writes are repeated.
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
  /** Takes out of an error's message what it quotes of the body. */
  readonly redactText?: (text: string) => string;
}

/** A copy is not redacted when its message is: so it may quote nothing from the beginning. */
export function withoutQuotes<T extends Pick<DeadCopy, 'message' | 'attempts'>>(
  copy: T,
  redactText: (text: string) => string,
): T {
  const attempts = copy.attempts.map((one) => ({ ...one, message: redactText(one.message) }));
  return { ...copy, message: redactText(copy.message), attempts };
}

/** What the copy tells of a letter. */
export interface DeadCopy extends Pick<NewDeadLetter, 'event' | 'replay' | 'message' | 'attempts'> {
  readonly cause: string;
}

/** Shows the letter in Bull Board, without its body. Adding what is there changes nothing. */
export async function addDeadCopy(deadQueue: DeadQueue, letter: DeadCopy): Promise<void> {
  const { event, replay, cause, message, attempts } = letter;
  const { rawBody: _, ...facts } = event;
  // The reason first, so that a dashboard shows it first.
  const copy = { cause, message, ...facts, replay, attempts: [...attempts] };
  await deadQueue.add(event.trigger, copy, { jobId: jobIdOf(event.key, 0) });
}
