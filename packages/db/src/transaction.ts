import type { Database } from './database.ts';
import { isTransactionTimeout, SlowTransactionError } from './failure.ts';
import type { Prisma } from './generated/client.ts';

const startTimeoutMs = 10_000;

/**
 * The server's own limits, for this transaction alone: a pooler in between would refuse them as
 * settings of the connection. A statement gives up before the client does, a lock before that,
 * and a worker that froze in the middle must not hold its rows for good.
 */
const setLimits = `SELECT set_config('lock_timeout', $1, true),
  set_config('statement_timeout', $2, true),
  set_config('idle_in_transaction_session_timeout', $3, true)`;

/**
 * Runs `work` in one transaction with limits on everything it can wait for.
 * @throws SlowTransactionError when it began and did not end in time, though the database
 *   answers; Prisma's error otherwise.
 */
export async function inTransaction<T>(
  database: Pick<Database, 'prisma' | 'limits'>,
  work: (tx: Prisma.TransactionClient) => Promise<T>,
): Promise<T> {
  const { prisma, limits } = database;
  let hasBegun = false;
  try {
    return await prisma.$transaction(
      async (tx) => {
        hasBegun = true;
        await tx.$queryRawUnsafe(
          setLimits,
          `${limits.lockTimeoutMs}ms`,
          `${limits.statementTimeoutMs}ms`,
          `${limits.idleTransactionTimeoutMs}ms`,
        );
        return await work(tx);
      },
      { maxWait: startTimeoutMs, timeout: limits.transactionTimeoutMs },
    );
  } catch (error) {
    if (!hasBegun || !isTransactionTimeout(error)) throw error;
    // A server that fell silent in the middle looks the same, and is no fault of the events.
    await prisma.$queryRawUnsafe('SELECT 1');
    throw new SlowTransactionError(error);
  }
}
