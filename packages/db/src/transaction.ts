import type { Database } from './database.ts';
import { isTransactionTimeout, SlowTransactionError } from './failure.ts';
import type { Prisma } from './generated/client.ts';

const startTimeoutMs = 10_000;
const timeoutMs = 30_000;

/**
 * The server's own limits, for this transaction alone: a pooler in between would refuse them as
 * settings of the connection. A statement gives up before the client does, a lock before that,
 * and a worker that froze in the middle must not hold its rows for good.
 */
const setLimits = `SELECT set_config('statement_timeout', '20s', true),
  set_config('lock_timeout', '5s', true),
  set_config('idle_in_transaction_session_timeout', '60s', true)`;

/**
 * Runs `work` in one transaction with limits on everything it can wait for.
 * @throws SlowTransactionError when it began and did not end in time; Prisma's error otherwise.
 */
export async function inTransaction<T>(
  { prisma }: Pick<Database, 'prisma'>,
  work: (tx: Prisma.TransactionClient) => Promise<T>,
): Promise<T> {
  let hasBegun = false;
  try {
    return await prisma.$transaction(
      async (tx) => {
        hasBegun = true;
        await tx.$queryRawUnsafe(setLimits);
        return await work(tx);
      },
      { maxWait: startTimeoutMs, timeout: timeoutMs },
    );
  } catch (error) {
    if (hasBegun && isTransactionTimeout(error)) throw new SlowTransactionError(error);
    throw error;
  }
}
