import type { Database } from '../database.ts';
import { whileAvailable } from '../failure.ts';

/** Called after each transaction, with the number of its rows; its pause lets writers in. */
export type AfterBatch = (rows: number) => Promise<void>;

/** The pace of a long walk. */
export interface Pace {
  /** Ends it after the current transaction. */
  readonly signal: AbortSignal | undefined;
  readonly afterBatch: AfterBatch;
}

/** Rows of a table are read in pages of 8 KiB, and few rows take more than one of them. */
const rowsInPage = 16;

/**
 * Calls `step` with one range of pages after the other, from the first to the last of now, so that a
 * table without an index for the question is read once. It ends early where `signal` is aborted.
 * Returns the sum of the results.
 * @throws DatabaseUnavailableError when the database is down, or the error of `step`.
 */
export async function walkPages(
  { pool }: Pick<Database, 'pool'>,
  table: string,
  batch: number,
  { signal, afterBatch }: Pace,
  step: (range: readonly [from: string, to: string]) => Promise<number>,
): Promise<number> {
  const { rows } = await whileAvailable(
    async () =>
      await pool.query<{ pages: number }>(
        `SELECT (pg_relation_size($1::regclass) / current_setting('block_size')::integer)::integer
           AS pages`,
        [table],
      ),
  );
  const pages = rows[0]?.pages ?? 0;
  const atOnce = Math.max(1, Math.ceil(batch / rowsInPage));
  let sum = 0;
  for (let page = 0; page < pages && signal?.aborted !== true; page += atOnce) {
    const changed = await step([`(${page},0)`, `(${page + atOnce},0)`]);
    sum += changed;
    await afterBatch(changed);
  }
  return sum;
}
