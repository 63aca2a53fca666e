import type { Database } from '../database.ts';
import { whileAvailable } from '../failure.ts';

/** A run of the schedule that came to its end. */
export interface RetentionRun {
  readonly startedAt: Date;
  readonly finishedAt: Date;
  /** The schedule as text, to compare it with today's. */
  readonly schedule: string;
  /** Numbers of rows, by table and by what was done with them; a table without any is absent. */
  readonly removed: Readonly<Record<string, number>>;
}

const newest = `
SELECT started_at AS "startedAt", finished_at AS "finishedAt", schedule, removed
FROM retention_run WHERE finished_at <= clock_timestamp() ORDER BY finished_at DESC LIMIT 1`;

/**
 * Returns the last run that came to its end. One that ended in the future was noted by a clock that
 * was wrong: nothing is known of it. @throws DatabaseUnavailableError.
 */
export async function findLastRetention({
  pool,
}: Pick<Database, 'pool'>): Promise<RetentionRun | undefined> {
  const { rows } = await whileAvailable(async () => await pool.query<RetentionRun>(newest));
  return rows[0];
}

const ahead = `
SELECT max(at) AS at FROM (
  SELECT finished_at AS at FROM retention_run UNION ALL SELECT before FROM redaction) AS noted
WHERE at > clock_timestamp() + interval '5 minutes'`;

/**
 * Returns the latest instant that a clock which was ahead has noted: as the end of a run, or as that
 * up to which everything is redacted. @throws DatabaseUnavailableError.
 */
export async function findRetentionAhead({
  pool,
}: Pick<Database, 'pool'>): Promise<Date | undefined> {
  const { rows } = await whileAvailable(async () => await pool.query<{ at: Date | null }>(ahead));
  return rows[0]?.at ?? undefined;
}

const maxRuns = 100;

const insert = `
WITH superfluous AS (
  DELETE FROM retention_run WHERE finished_at IN (
    SELECT finished_at FROM retention_run ORDER BY finished_at DESC OFFSET ${maxRuns - 1})
)
INSERT INTO retention_run (started_at, finished_at, schedule, removed)
VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`;

/** Records a run that came to its end, and forgets the oldest. @throws DatabaseUnavailableError. */
export async function noteRetention(
  { pool }: Pick<Database, 'pool'>,
  { startedAt, finishedAt, schedule, removed }: RetentionRun,
): Promise<void> {
  const times = [startedAt.toISOString(), finishedAt.toISOString()];
  const values = [...times, schedule, JSON.stringify(removed)];
  await whileAvailable(async () => await pool.query(insert, values));
}
