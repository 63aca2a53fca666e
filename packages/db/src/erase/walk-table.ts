import type { Database } from '../database.ts';
import { isStatementTimeout, whileAvailable } from '../failure.ts';
import type { ErasedTable } from './erased-tables.ts';

/** A page: the rows after `from`, up to and with `to`. Absent: from the beginning, to the end. */
export interface PageRange {
  readonly from: readonly string[] | undefined;
  readonly to: readonly string[] | undefined;
}

/** The most rows of a page. Each is a transaction of its own, so that no lock is held for long. */
const maxPageRows = 500;

/**
 * Calls `work` for one page of a table after the other. A page that takes too long is done in parts:
 * bodies are up to a mebibyte, and every one is searched.
 */
export async function walkTable(
  database: Database,
  table: ErasedTable,
  first: readonly string[] | undefined,
  work: (range: PageRange) => Promise<void>,
): Promise<void> {
  let [from, count] = [first, maxPageRows];
  for (;;) {
    const after = from;
    const size = count;
    const to = await whileAvailable(async () => await endOfPage(database, table, after, size));
    try {
      await whileAvailable(async () => await work({ from: after, to }));
      if (to === undefined) return;
      from = to;
      count = Math.min(maxPageRows, count * 2);
    } catch (error) {
      if (!isStatementTimeout(error) || count === 1) throw error;
      count = Math.floor(count / 2);
    }
  }
}

/**
 * Finds the end of the page of `count` rows that begins after `from`; undefined on the last one.
 */
export async function endOfPage(
  { pool }: Pick<Database, 'pool'>,
  { name, key }: ErasedTable,
  from: readonly string[] | undefined,
  count = maxPageRows,
): Promise<readonly string[] | undefined> {
  const names = key.map(([column]) => column).join(', ');
  const texts = key.map(([column]) => `${column}::text`).join(', ');
  const after = from ? `WHERE (${names}) > (${valuesAt(key, 1)})` : '';
  const { rows } = await pool.query<string[]>({
    text: `SELECT ${texts} FROM ${name} ${after} ORDER BY ${names} LIMIT 1 OFFSET ${count - 1}`,
    values: [...(from ?? [])],
    rowMode: 'array',
  });
  return rows[0];
}

/** Lists the parameters of a place in a key, from a number on. */
export function valuesAt(key: ErasedTable['key'], first: number): string {
  return key.map(([, type], index) => `$${first + index}::${type}`).join(', ');
}
