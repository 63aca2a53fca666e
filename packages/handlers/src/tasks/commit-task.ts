import { type Database, DatabaseUnavailableError, isConflict } from '@sinch-callbacks/db';
import { type HandlerTransaction, TaskLostError } from '../api/handler-context.ts';
import type { ClaimedTask } from './claim-tasks.ts';

/** Longest wait for a connection of the pool. */
const maxWaitMs = 5_000;

/**
 * Runs `work` and settles the task as done, in one transaction. The hold goes first and is locked
 * until the commit, so no other process can take the task over meanwhile.
 * @param timeoutMs for the whole transaction.
 * @throws TaskLostError when the hold is gone; nothing is written then. Otherwise the error of
 *   `work` or of the database.
 */
export async function commitTask<T>(
  { prisma }: Pick<Database, 'prisma'>,
  { handler, occurrence, key, token }: CommittableTask,
  work: (tx: HandlerTransaction) => Promise<T>,
  timeoutMs: number,
): Promise<T> {
  return await prisma.$transaction(
    async (tx) => {
      const freed = await ownStatement(tx.$executeRaw`
        DELETE FROM handler_hold
        WHERE handler = ${handler} AND key = ${key} AND token = ${token}::uuid`);
      if (freed === 0) throw new TaskLostError();
      const result = await work(tx);
      const settled = await ownStatement(tx.$executeRaw`
        UPDATE handler_task SET state = 'DONE', retry_at = NULL, settled_at = now(),
          attempts = attempts + 1, lost_starts = 0, error_message = NULL, stack = NULL,
          failures = NULL
        WHERE handler = ${handler} AND occurrence = decode(${occurrence}, 'hex')
          AND state = 'WAITING'`);
      if (settled === 0) throw new TaskLostError();
      return result;
    },
    { timeout: timeoutMs, maxWait: maxWaitMs },
  );
}

/**
 * A claim by another process locks the task's row and then waits for the hold: a deadlock with this
 * transaction, which the user's code has no part in.
 * @throws DatabaseUnavailableError for it, so that it uses no attempt.
 */
async function ownStatement(statement: PromiseLike<number>): Promise<number> {
  try {
    return await statement;
  } catch (error) {
    if (isConflict(error)) throw new DatabaseUnavailableError(error);
    throw error;
  }
}

type CommittableTask = Pick<ClaimedTask, 'handler' | 'occurrence' | 'key' | 'token'>;
