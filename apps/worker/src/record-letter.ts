import { type Database, recordDeadLetter } from '@sinch-callbacks/db';
import type { LetterToBury, RecordLetter } from '@sinch-callbacks/queue';
import type { DatabaseWait } from './wait-for-database.ts';

/** Keeps dead letters in the database, waiting while it is away. */
export function createLetterRecorder(
  database: Database,
  databaseWait: DatabaseWait,
  now: () => Date,
): RecordLetter {
  return async (letter: LetterToBury) => {
    const { event, replay, cause, message, stack, attempts } = letter;
    const result = await databaseWait.run(() =>
      recordDeadLetter(database, {
        event,
        replay,
        errorClass: cause,
        errorMessage: message,
        stack,
        attempts,
        deadAt: now(),
      }),
    );
    return result.kind === 'done' ? result.value : 'returned';
  };
}
