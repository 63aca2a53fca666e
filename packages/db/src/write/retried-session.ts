import type { Database } from '../database.ts';
import { classifyFailure, isConflict, isTakenKey } from '../failure.ts';
import { inWriteSession, type WriteSession } from './write-session.ts';

/** Tries of one transaction: with the wait for a lock, about a minute and a half. */
const maxTries = 60;

/**
 * Runs `work` in one transaction, and again where another session was in the way: after a deadlock,
 * a moved row, a lock that was held for long, or a key that was taken first.
 * @throws the error of the last try, or at once any other one.
 */
export async function inRetriedSession<T>(
  database: Pick<Database, 'pool' | 'limits'>,
  work: (session: WriteSession) => Promise<T>,
): Promise<T> {
  const options = { keepsStatements: false, lockTimeoutMs: database.limits.batchLockTimeoutMs };
  for (let tries = 1; ; tries += 1) {
    try {
      return await inWriteSession(database, options, work);
    } catch (error) {
      const isBusy = isConflict(error) || isTakenKey(error) || classifyFailure(error) === 'blocked';
      if (!isBusy || tries === maxTries) throw error;
    }
  }
}
