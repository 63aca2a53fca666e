import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '../database.ts';
import { OpenTransactionError, whileAvailable } from '../failure.ts';

const pauseMs = 50;
/** Longer than any transaction of a writer. */
const usualWaitMs = 90_000;

/**
 * The mode is that of `isErasedListEmpty`: a backup or another reader holds the table in another
 * one.
 */
const holders = `
SELECT l.virtualtransaction AS id, l.pid, coalesce(a.application_name, '') AS application
FROM pg_locks AS l LEFT JOIN pg_stat_activity AS a USING (pid)
WHERE l.locktype = 'relation' AND l.relation = 'erased_key'::regclass AND l.granted
  AND l.mode = 'RowShareLock'
  AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
  AND l.pid <> pg_backend_pid()`;

interface Holder {
  readonly id: string;
  readonly pid: number;
  readonly application: string;
}

/**
 * Waits for every writer's transaction that may have read the list before now. One that reads it
 * later sees what is on it: the lock of a table comes before the snapshot of the statement.
 * @throws OpenTransactionError where one of them does not end.
 */
export async function waitForWriters(
  { pool }: Pick<Database, 'pool'>,
  maxWaitMs = usualWaitMs,
): Promise<void> {
  const read = async () =>
    (await whileAvailable(async () => await pool.query<Holder>(holders))).rows;
  let before = await read();
  for (const giveUpAt = performance.now() + maxWaitMs; ; ) {
    const [holder] = before;
    if (holder === undefined) return;
    if (performance.now() > giveUpAt) {
      throw new OpenTransactionError(holder.pid, holder.application, maxWaitMs);
    }
    await sleep(pauseMs);
    const now = new Set((await read()).map(({ id }) => id));
    before = before.filter(({ id }) => now.has(id));
  }
}
