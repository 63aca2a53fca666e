import type { Database } from '../../database.ts';
import { digestBytes, findDigest } from '../../event-digest.ts';
import { whileAvailable } from '../../failure.ts';

export interface RunStep {
  readonly runId: number;
  readonly eventKey: string;
  readonly at: Date;
}

/**
 * The result of a step. `changed`: the letter has changed, look again. `stopped`: the run is
 * cancelled.
 */
export type StepOutcome = 'done' | 'changed' | 'stopped';

/**
 * Builds the one statement of a step: the letter, the count and the cursor change together, so that
 * a crash leaves the run where its letters are. The run's row is locked first: a cancellation comes
 * either before the whole step or after it.
 */
function stepSql(countColumn: string, changeLetter: string): string {
  return `
WITH run AS (
  SELECT id FROM dead_letter_run WHERE id = $1::integer AND state = 'RUNNING' FOR UPDATE
), letter AS (${changeLetter}), counted AS (
  UPDATE dead_letter_run SET ${countColumn} = ${countColumn} + 1, cursor = $2::text,
    updated_at = $3::timestamptz
  WHERE id = (SELECT id FROM run) AND EXISTS (SELECT FROM letter)
)
SELECT EXISTS (SELECT FROM run) AS is_running, EXISTS (SELECT FROM letter) AS is_done`;
}

/**
 * The number of replays is compared: of two commands that replay a letter at the same time, one
 * does.
 */
const takeForReplay = stepSql(
  'queued',
  `UPDATE dead_letter SET replays = replays + 1, replayed_at = $3::timestamptz, run_id = $1::integer
   WHERE event_digest = decode($4, 'hex') AND resolved_at IS NULL AND replays = $5::integer
     AND EXISTS (SELECT FROM run)
   RETURNING 1`,
);

const discard = stepSql(
  'discarded',
  `UPDATE dead_letter SET resolved_at = $3::timestamptz, resolution = 'DISCARDED'
   WHERE event_digest = decode($4, 'hex') AND resolved_at IS NULL AND EXISTS (SELECT FROM run)
   RETURNING 1`,
);

const passBy = {
  underWay: stepSql('under_way', 'SELECT FROM run'),
  skipped: stepSql('skipped', 'SELECT FROM run'),
} as const;

/**
 * Records that a dead letter goes back on the queue in this run.
 * @param replays the number of replays before this one.
 */
export async function noteReplay(
  database: Database,
  step: RunStep,
  replays: number,
): Promise<StepOutcome> {
  return await takeStep(database, takeForReplay, step, findDigest(step.eventKey) ?? null, replays);
}

/** Closes a dead letter in this run. Its event stays stored. */
export async function noteDiscard(database: Database, step: RunStep): Promise<StepOutcome> {
  return await takeStep(database, discard, step, findDigest(step.eventKey) ?? null);
}

/** Records that this run has nothing to do about a letter. */
export async function notePassedBy(
  database: Database,
  step: RunStep,
  as: keyof typeof passBy,
): Promise<StepOutcome> {
  return await takeStep(database, passBy[as], step);
}

async function takeStep(
  { prisma }: Database,
  sql: string,
  { runId, eventKey, at }: RunStep,
  ...further: readonly (string | number | null)[]
): Promise<StepOutcome> {
  const [row] = await whileAvailable(() =>
    prisma.$queryRawUnsafe<{ is_running: boolean; is_done: boolean }[]>(
      sql,
      runId,
      eventKey,
      at.toISOString(),
      ...further,
    ),
  );
  if (row?.is_running !== true) return 'stopped';
  return row.is_done ? 'done' : 'changed';
}

/** Discards dead letters. Their events stay stored. Returns the number that was open. */
export async function discardDeadLetters(
  { prisma }: Database,
  eventKeys: readonly string[],
  resolvedAt: Date,
): Promise<number> {
  const digests = eventKeys.flatMap((key) => findDigest(key) ?? []).map(digestBytes);
  const { count } = await whileAvailable(() =>
    prisma.deadLetter.updateMany({
      where: { eventDigest: { in: digests }, resolvedAt: null },
      data: { resolvedAt, resolution: 'DISCARDED' },
    }),
  );
  return count;
}
