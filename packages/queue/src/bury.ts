import type { CallbackEvent } from '@sinch-callbacks/core';
import { type AttemptRecord, type JobData, jobDataOf, jobIdOf } from './job-contract.ts';
import type { JobQueue } from './queue-backend.ts';
import type { DeathCause } from './retry-policy.ts';

/** An event that is given up, and everything that explains why. */
export interface LetterToBury {
  readonly event: CallbackEvent;
  readonly replay: number;
  readonly cause: DeathCause;
  readonly message: string;
  readonly stack: string | undefined;
  /** This lane's attempts, oldest first. */
  readonly attempts: readonly AttemptRecord[];
}

/** Keeps the letter for good. `returned`: not now, the process is stopping. */
export type RecordLetter = (letter: LetterToBury) => Promise<'recorded' | 'returned'>;

/**
 * The two writes of a dead letter: the lasting record first, then the copy that Bull Board
 * shows. Both are idempotent, and the job they come from is finished only after them: a crash
 * in between leaves that job to be tried once more, and the same two writes are repeated.
 */
export async function buryLetter(
  deadQueue: JobQueue,
  record: RecordLetter,
  letter: LetterToBury,
): Promise<'buried' | 'returned'> {
  if ((await record(letter)) === 'returned') return 'returned';
  const { event, replay, cause, message } = letter;
  const data: { cause: DeathCause; message: string } & JobData = {
    // First, so that a dashboard shows it first.
    cause,
    message,
    ...jobDataOf(event, replay),
    attempts: [...letter.attempts],
  };
  await deadQueue.add(event.trigger, data, { jobId: jobIdOf(event.key, 0) });
  return 'buried';
}
