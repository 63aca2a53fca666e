import {
  type Database,
  findDeadLetter,
  isReplayPending,
  recordDeadLetter,
} from '@sinch-callbacks/db';
import type { NewDeadLetter, RecordLetter } from '@sinch-callbacks/queue';
import type { DatabaseWait } from './wait-for-database.ts';

/** Creates the step that stores dead letters in the database, and waits while it is down. */
export function createLetterRecorder(
  database: Database,
  databaseWait: DatabaseWait,
  now: () => Date,
): RecordLetter {
  return async (letter: NewDeadLetter) => {
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

/** Creates a check for open letters: neither closed nor under way again. */
export function letterIsOpen(database: Database): (eventKey: string) => Promise<boolean> {
  return async (eventKey) => {
    const letter = await findDeadLetter(database, eventKey);
    return letter !== undefined && letter.resolvedAt === undefined && !isReplayPending(letter);
  };
}
