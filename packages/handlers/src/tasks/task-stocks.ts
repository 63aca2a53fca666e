import type { Database } from '@sinch-callbacks/db';

/** The tasks of one handler that wait or are dead. */
export interface TaskStock {
  readonly handler: string;
  /** `waiting`: never tried, or not since a replay. `retrying`: failed, and tried again later. */
  readonly states: Readonly<Record<'waiting' | 'retrying' | 'dead', number>>;
  /** Absent where none waits, and for a retired handler, none of whose tasks will run. */
  readonly oldestWaitingMs: number | undefined;
}

/** Counts by the partial indexes: settled tasks are not read. */
const countTasks = `
SELECT h.name AS handler, fresh.n AS waiting, retrying.n AS retrying, dead.n AS dead,
  CASE WHEN h.state <> 'RETIRED' THEN
    (extract(epoch FROM now() - least(fresh.oldest, retrying.oldest)) * 1000)::float8
  END AS "oldestMs"
FROM handler AS h
CROSS JOIN LATERAL (SELECT count(*)::integer AS n, min(created_at) AS oldest FROM handler_task
  WHERE handler = h.name AND state = 'WAITING' AND retry_at IS NULL) AS fresh
CROSS JOIN LATERAL (SELECT count(*)::integer AS n, min(created_at) AS oldest FROM handler_task
  WHERE handler = h.name AND state = 'WAITING' AND retry_at IS NOT NULL) AS retrying
CROSS JOIN LATERAL (SELECT count(*)::integer AS n FROM handler_task
  WHERE handler = h.name AND state = 'DEAD') AS dead
ORDER BY h.name`;

interface StockRow {
  readonly handler: string;
  readonly waiting: number;
  readonly retrying: number;
  readonly dead: number;
  readonly oldestMs: number | null;
}

/**
 * Counts the tasks of each registered handler.
 * @throws pg's error.
 */
export async function countTaskStocks({
  pool,
}: Pick<Database, 'pool'>): Promise<readonly TaskStock[]> {
  const { rows } = await pool.query<StockRow>(countTasks);
  return rows.map(({ handler, waiting, retrying, dead, oldestMs }) => ({
    handler,
    states: { waiting, retrying, dead },
    oldestWaitingMs: oldestMs ?? undefined,
  }));
}
