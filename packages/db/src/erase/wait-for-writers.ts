import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '../database.ts';
import { SlowTransactionError, whileAvailable } from '../failure.ts';

const pauseMs = 50;
/** Longer than any transaction of a writer. */
const maxWaitMs = 90_000;

const holders = `
SELECT l.virtualtransaction AS id FROM pg_locks AS l
WHERE l.locktype = 'relation' AND l.relation = 'erased_key'::regclass AND l.granted
  AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
  AND l.pid <> pg_backend_pid()`;

/**
 * Waits for every transaction that may have read the list before now. One that reads it later sees
 * what is on it: the lock of a table comes before the snapshot of the statement.
 * @throws SlowTransactionError where one of them does not end.
 */
export async function waitForWriters({ pool }: Pick<Database, 'pool'>): Promise<void> {
  const read = async () =>
    (await whileAvailable(async () => await pool.query<{ id: string }>(holders))).rows.map(
      ({ id }) => id,
    );
  let before = new Set(await read());
  for (const giveUpAt = performance.now() + maxWaitMs; before.size > 0; ) {
    if (performance.now() > giveUpAt) throw new SlowTransactionError();
    await sleep(pauseMs);
    const now = new Set(await read());
    before = new Set([...before].filter((holder) => now.has(holder)));
  }
}
