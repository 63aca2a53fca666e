import type pg from 'pg';

const dayMs = 86_400_000;
const weekMs = 7 * dayMs;
/** 1970 began on a Thursday. */
const firstMondayMs = 4 * dayMs;

/** A week from Monday, in UTC, that is a partition of settled events. */
export interface Week {
  readonly table: string;
  readonly start: Date;
  /** The beginning of the next one. */
  readonly end: Date;
}

export function weekOf(at: Date): Week {
  const start = at.getTime() - ((at.getTime() - firstMondayMs) % weekMs);
  return weekFrom(new Date(start));
}

/** @param from how many weeks from the one of `now`; the past is below 0. */
export function weeksAround(now: Date, from: number, to: number): readonly Week[] {
  const { start } = weekOf(now);
  return Array.from({ length: to - from + 1 }, (_, index) =>
    weekFrom(new Date(start.getTime() + (from + index) * weekMs)),
  );
}

const tablePattern = /^callback_event_w(\d{4})(\d{2})(\d{2})$/;

/** Reads the week from a partition's name; `undefined` for other tables. */
export function weekOfTable(table: string): Week | undefined {
  const [, year, month, day] = tablePattern.exec(table) ?? [];
  return year === undefined ? undefined : weekFrom(new Date(`${year}-${month}-${day}T00:00:00Z`));
}

function weekFrom(start: Date): Week {
  const table = `callback_event_w${start.toISOString().slice(0, 10).replaceAll('-', '')}`;
  return { table, start, end: new Date(start.getTime() + weekMs) };
}

/** A week's table. One that is not attached is about to be dropped. */
export interface StoredWeek extends Week {
  readonly isAttached: boolean;
}

const select = `
SELECT c.relname AS name, c.relispartition AS is_attached FROM pg_class AS c
WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r'
  AND starts_with(c.relname, 'callback_event_w') ORDER BY c.relname`;

/** Lists the weeks that have a table, the oldest first. */
export async function listWeeks(
  client: Pick<pg.Pool | pg.ClientBase, 'query'>,
): Promise<readonly StoredWeek[]> {
  const { rows } = await client.query<{ name: string; is_attached: boolean }>(select);
  return rows.flatMap(({ name, is_attached: isAttached }) => {
    const week = weekOfTable(name);
    return week === undefined ? [] : [{ ...week, isAttached }];
  });
}
