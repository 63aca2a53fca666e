import { advisoryLocks } from './advisory-locks.ts';
import type { Database } from './database.ts';
import { whileAvailable } from './failure.ts';

/**
 * A statement at this interval keeps the lock's connection, which is idle for as long as the work.
 */
const keepAliveMs = 5_000;
const maxUnanswered = 2;

export type ExclusiveRun<T> =
  | { readonly kind: 'done'; readonly value: T }
  /** Another process is at it. */
  | { readonly kind: 'busy' };

/** It reads nothing, so that it keeps no row version alive, however long it stays open. */
const begin = 'BEGIN; SET LOCAL idle_in_transaction_session_timeout = 0';

/**
 * Does the work unless another process does it now. The lock is that of an open transaction: it
 * works through a pooler, and ends with the process. Where its connection breaks, another process
 * may begin before this one has ended; `lost` is aborted at once, or, where the connection was
 * dropped silently, when two keep-alives have had no answer.
 * @throws DatabaseUnavailableError when the database is down, or the error of `work`.
 */
export async function runExclusively<T>(
  { pool }: Pick<Database, 'pool'>,
  lock: 'reconcile' | 'retention',
  work: (lost: AbortSignal) => Promise<T>,
): Promise<ExclusiveRun<T>> {
  const client = await whileAvailable(() => pool.connect());
  const lost = new AbortController();
  const onLost = () => lost.abort();
  // A connection that breaks while it is idle: the last statement fails.
  client.on('error', onLost);
  let unanswered = 0;
  const keepAlive = setInterval(() => {
    // A connection that was dropped silently fails much later, after its limit of silence. One that
    // has not answered yet may be well: this process or Postgres was busy.
    if (unanswered === maxUnanswered) return onLost();
    unanswered += 1;
    client.query('SELECT 1').then(() => {
      unanswered = 0;
    }, onLost);
  }, keepAliveMs);
  let hasBegun = false;
  try {
    const isOurs = await whileAvailable(async () => {
      await client.query(begin);
      const values = [advisoryLocks[lock]];
      const sql = 'SELECT pg_try_advisory_xact_lock($1) AS "isOurs"';
      const { rows } = await client.query<{ isOurs: boolean }>(sql, values);
      hasBegun = true;
      return rows[0]?.isOurs === true;
    });
    return isOurs ? { kind: 'done', value: await work(lost.signal) } : { kind: 'busy' };
  } finally {
    clearInterval(keepAlive);
    // Also where the work failed: the lock is free when that is known.
    const isSound =
      hasBegun && !lost.signal.aborted && (await client.query('COMMIT').then(yes, no));
    client.off('error', onLost);
    client.release(!isSound);
  }
}

const yes = () => true;
const no = () => false;
