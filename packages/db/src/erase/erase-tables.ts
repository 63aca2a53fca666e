import type { Database } from '../database.ts';
import { ErasureTakenOverError } from '../failure.ts';
import { countErasable, erasePage } from './erase-page.ts';
import { erasureSteps } from './erased-tables.ts';
import type { ErasureKeys } from './erasure-keys.ts';
import { notePage, type RunningErasure } from './erasures.ts';
import type { Person } from './person.ts';
import { waitForWriters } from './wait-for-writers.ts';
import { walkTable } from './walk-table.ts';

/** Awaited after each page, which is noted: the erasure may be ended by an error, and continues. */
export type OnErasedPage = (table: string, changed: number) => unknown;

/**
 * Erases the person from every table, page by page, from where it was interrupted. Writers go on
 * meanwhile. Reads every row once, since a number may stand in any text, and those that others than
 * the writer write once more at the end.
 * @throws DatabaseUnavailableError, OpenTransactionError where a writer does not end, or
 *   ErasureTakenOverError, which leaves the page as it was.
 */
export async function eraseTables(
  database: Database,
  { id, person, position, generation }: RunningErasure,
  keys: ErasureKeys,
  onPage: OnErasedPage = () => undefined,
): Promise<void> {
  await waitForWriters(database);
  for (const [index, table] of erasureSteps.entries()) {
    if (index < position.table) continue;
    const from = index === position.table ? position.from : undefined;
    await walkTable(database, table, from, async (range) => {
      const { to } = range;
      const next = to ? { table: index, from: to } : { table: index + 1, from: undefined };
      const sealed = keys.seal(JSON.stringify(next));
      const changed = await erasePage(
        database,
        table,
        range,
        { person, keys },
        async (session, rows) => {
          const values = [id, sealed, table.name, rows, generation];
          const noted = await session.query({ sql: notePage }, values);
          if (noted.count === 0) throw new ErasureTakenOverError();
        },
      );
      await onPage(table.name, changed);
    });
  }
}

/** Counts the rows that {@link eraseTables} would change, by table. Changes nothing. */
export async function countToErase(
  database: Database,
  person: Person,
  keys: ErasureKeys,
): Promise<Readonly<Record<string, number>>> {
  const counts: Record<string, number> = {};
  const tables = new Map(erasureSteps.map((table) => [table.name, table]));
  for (const table of tables.values()) {
    await walkTable(database, table, undefined, async (range) => {
      const count = await countErasable(database, table, range, { person, keys });
      if (count > 0) counts[table.name] = (counts[table.name] ?? 0) + count;
    });
  }
  return counts;
}
