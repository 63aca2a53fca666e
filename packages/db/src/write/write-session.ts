import type { Database, DatabaseLimits } from '../database.ts';
import { SlowTransactionError } from '../failure.ts';

export interface Statement {
  readonly sql: string;
  /**
   * The name of a prepared statement, where connections may keep it. Only for a statement that
   * reads no table by a plan: a plan for a small table stays in use when the table is large.
   */
  readonly name?: string;
}

/** A Buffer is in Postgres' binary form of its type; see `textArray`. */
export type SqlValue = Buffer | string | number | null;

/** One transaction. */
export interface WriteSession {
  /**
   * Sends the statement at once, behind those sent before. Statements that are sent without waiting
   * cost one turn of a busy event loop together, during which Postgres works; `settleAll`
   * waits.
   * @throws pg's error, or SlowTransactionError once the transaction has had its time.
   */
  query<Row>(statement: Statement, values: readonly SqlValue[]): Promise<Written<Row>>;
}

/**
 * Waits for statements that were sent together.
 * @throws the error of the first that failed; the later ones failed because of it.
 */
export async function settleAll(queries: readonly Promise<unknown>[]): Promise<void> {
  const failed = (await Promise.allSettled(queries)).find(({ status }) => status === 'rejected');
  if (failed?.status === 'rejected') throw failed.reason;
}

export interface Written<Row> {
  readonly rows: readonly Row[];
  readonly count: number;
}

export interface SessionOptions {
  /** True where connections may keep prepared statements. */
  readonly keepsStatements: boolean;
  /** Longest wait of a statement for a lock; the database's own limit, where that is less. */
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
  // A connection that breaks while it is idle in the transaction: the next query fails.
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
        // The statement determines the columns.
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
 * Sets the server's own limits for this transaction alone: a pooler in between would refuse them as
 * settings of the connection. A statement gives up before the client does, and a lock before that.
 * A suspended worker must not hold its rows for good.
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
