import type pg from 'pg';
import { type Week, weekOfTable } from './weeks.ts';

/** A week's table. One that is not attached is about to be dropped. */
export interface StoredWeek extends Week {
  readonly isAttached: boolean;
}

const select = `
SELECT c.relname AS name, c.relispartition AS is_attached FROM pg_class AS c
WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r'
  AND starts_with(c.relname, 'callback_event_w') ORDER BY c.relname`;

/** The oldest first. */
export async function listWeeks(
  client: Pick<pg.Pool | pg.ClientBase, 'query'>,
): Promise<readonly StoredWeek[]> {
  const { rows } = await client.query<{ name: string; is_attached: boolean }>(select);
  return rows.flatMap(({ name, is_attached: isAttached }) => {
    const week = weekOfTable(name);
    return week === undefined ? [] : [{ ...week, isAttached }];
  });
}
