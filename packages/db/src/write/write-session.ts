import type { Database, DatabaseLimits } from '../database.ts';
import { SlowTransactionError } from '../failure.ts';

export interface Statement {
  readonly sql: string;
  /**
   * Given where a connection may keep it prepared: only to what reads no table by a plan, since
   * a plan that was made while a table was small stays in use when it is large.
   */
  readonly name?: string;
}

/** A Buffer is in Postgres' binary form of its type; see `textArray`. */
export type SqlValue = Buffer | string | number | null;

/** One transaction. */
export interface WriteSession {
  /**
   * Sends the statement at once, behind those sent before. Who sends several without waiting
   * spares each a turn of a busy event loop, in which Postgres would do nothing; `settleInOrder` waits.
   * @throws pg's error, or SlowTransactionError once the transaction has had its time.
   */
  query<Row>(statement: Statement, values: readonly SqlValue[]): Promise<Written<Row>>;
}

/**
 * Waits for statements that were sent together.
 * @throws the error of the first that failed; those after it failed because of that.
 */
export async function settleInOrder(queries: readonly Promise<unknown>[]): Promise<void> {
  const failed = (await Promise.allSettled(queries)).find(({ status }) => status === 'rejected');
  if (failed?.status === 'rejected') throw failed.reason;
}

export interface Written<Row> {
  readonly rows: readonly Row[];
  readonly count: number;
}

export interface SessionOptions {
  /** Whether connections may keep statements. */
  readonly keepsStatements: boolean;
  /** A statement gives up waiting for a lock; the database's own limit, where that is less. */
  readonly lockTimeoutMs: number;
}

/**
 * Runs `work` in one transaction on a connection of the pool, with limits on everything that it
 * can wait for, and commits.
 * @throws SlowTransactionError when it did not end in time though the database answers; pg's
 *   error otherwise. Nothing is written then.
 */
export async function inWriteSession<T>(
  { pool, limits }: Pick<Database, 'pool' | 'limits'>,
  { keepsStatements, lockTimeoutMs }: SessionOptions,
  work: (session: WriteSession) => Promise<T>,
): Promise<T> {
  const client = await pool.connect();
  // A connection that breaks while it is idle in the transaction: the next query says so.
  client.on('error', ignore);
  const giveUpAt = performance.now() + limits.transactionTimeoutMs;
  let isSound = true;
  try {
    await client.query(beginWith(limits, lockTimeoutMs));
    const result = await work({
      async query<Row>({ sql, name }: Statement, values: readonly SqlValue[]) {
        const named = keepsStatements && name !== undefined ? { name } : {};
        const { rows, rowCount } = await client.query({ ...named, text: sql, values: [...values] });
        if (performance.now() > giveUpAt) throw new SlowTransactionError();
        // The statement says which columns there are.
        return { rows: rows as Row[], count: rowCount ?? 0 };
      },
    });
    await client.query('COMMIT');
    return result;
  } catch (error) {
    isSound = await client.query('ROLLBACK').then(yes, no);
    throw error;
  } finally {
    client.off('error', ignore);
    client.release(!isSound);
  }
}

/**
 * The server's own limits, for this transaction alone: a pooler in between would refuse them as
 * settings of the connection. A statement gives up before the client does, a lock before that,
 * and a worker that froze in the middle must not hold its rows for good.
 */
function beginWith(limits: DatabaseLimits, lockTimeoutMs: number): string {
  return `BEGIN;
    SET LOCAL lock_timeout = ${Math.min(limits.lockTimeoutMs, lockTimeoutMs)};
    SET LOCAL statement_timeout = ${limits.statementTimeoutMs};
    SET LOCAL idle_in_transaction_session_timeout = ${limits.idleTransactionTimeoutMs}`;
}

const ignore = () => undefined;
const yes = () => true;
const no = () => false;
