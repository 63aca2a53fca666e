import type { Database } from '../database.ts';
import { whileAvailable } from '../failure.ts';
import { countErasable, endOfPage, erasePage } from './erase-page.ts';
import { erasureSteps } from './erased-tables.ts';
import type { ErasureKeys } from './erasure-keys.ts';
import { notePage, type RunningErasure } from './erasures.ts';
import type { Person } from './person.ts';
import { waitForWriters } from './wait-for-writers.ts';

/** Called after each page. */
export type OnErasedPage = (table: string, changed: number) => void;

/**
 * Erases the person from every table, page by page, from where it was interrupted. Writers go on
 * meanwhile. Reads every row once, since a number may stand in any text, and those that others than
 * the writer write once more at the end.
 * @throws DatabaseUnavailableError, or SlowTransactionError where another session does not end.
 */
export async function eraseTables(
  database: Database,
  { id, person, position }: RunningErasure,
  keys: ErasureKeys,
  onPage: OnErasedPage = () => undefined,
): Promise<void> {
  await waitForWriters(database);
  for (const [index, table] of erasureSteps.entries()) {
    if (index < position.table) continue;
    let from = index === position.table ? position.from : undefined;
    for (;;) {
      const to = await whileAvailable(async () => await endOfPage(database, table, from));
      const next = to ? { table: index, from: to } : { table: index + 1, from: undefined };
      const sealed = keys.seal(JSON.stringify(next));
      const changed = await whileAvailable(
        async () =>
          await erasePage(
            database,
            table,
            { from, to },
            { person, keys },
            async (session, rows) => {
              await session.query({ sql: notePage }, [id, sealed, table.name, rows]);
            },
          ),
      );
      onPage(table.name, changed);
      if (to === undefined) break;
      from = to;
    }
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
    let from: readonly string[] | undefined;
    do {
      const range = {
        from,
        to: await whileAvailable(async () => await endOfPage(database, table, from)),
      };
      const count = await whileAvailable(
        async () => await countErasable(database, table, range, { person, keys }),
      );
      if (count > 0) counts[table.name] = (counts[table.name] ?? 0) + count;
      from = range.to;
    } while (from !== undefined);
  }
  return counts;
}
