import { storableJson } from '@sinch-callbacks/core';
import type { Database } from '../../database.ts';
import { findDigest } from '../../event-digest.ts';
import { whileAvailable } from '../../failure.ts';
import { type Identity, keyOfRow } from '../../read/event-of-row.ts';
import { cursorOf, type Page } from '../../read/page.ts';
import type { AttemptRecord } from '../dead-letter.ts';
import { withAttempts } from '../dead-letter-sql.ts';

const selectQueued = `
SELECT event_digest AS "eventDigest", trigger, entity_id AS "entityId", key_entity AS "keyEntity"
FROM dead_letter
WHERE run_id = $1::integer AND resolved_at IS NULL AND replayed_at IS NOT NULL
  AND ($2::text IS NULL OR event_digest > decode($2, 'hex'))
ORDER BY event_digest LIMIT $3`;

/** Lists the keys of letters that a run queued and that are still open. */
export async function listQueuedByRun(
  { prisma }: Database,
  runId: number,
  page: Page,
): Promise<readonly string[]> {
  const rows = await whileAvailable(() =>
    prisma.$queryRawUnsafe<Identity[]>(selectQueued, runId, cursorOf(page), page.limit),
  );
  return rows.map(keyOfRow);
}

const addAttempts = `
UPDATE dead_letter AS d SET attempts = ${withAttempts('$2::jsonb')}
WHERE event_digest = decode($1, 'hex') AND resolution IS DISTINCT FROM 'REDACTED'`;

/** Stores the attempts of a job that is about to be removed from the queue. */
export async function keepAttempts(
  { prisma }: Database,
  eventKey: string,
  attempts: readonly AttemptRecord[],
): Promise<void> {
  const digest = findDigest(eventKey);
  if (attempts.length === 0 || digest === undefined) return;
  const json = storableJson(JSON.stringify(attempts));
  await whileAvailable(() => prisma.$executeRawUnsafe(addAttempts, digest, json));
}

/**
 * The cursor goes back to the beginning. A command that resumes the run reaches the letter again,
 * and skips those that the run has queued or that have died since.
 */
const markWithdrawn = `
WITH run AS (
  SELECT id FROM dead_letter_run WHERE id = $1::integer FOR UPDATE
), letter AS (
  UPDATE dead_letter SET replayed_at = NULL
  WHERE event_digest = decode($2, 'hex') AND run_id = (SELECT id FROM run) AND replays = $3::integer
    AND resolved_at IS NULL AND replayed_at IS NOT NULL
  RETURNING 1
)
UPDATE dead_letter_run SET queued = queued - 1, withdrawn = withdrawn + 1, cursor = NULL,
  state = 'CANCELLED', updated_at = $4::timestamptz, finished_at = $4::timestamptz
WHERE id = (SELECT id FROM run) AND EXISTS (SELECT FROM letter)`;

/** Records that a run's replay of this letter will not happen. The letter is open as before. */
export async function noteWithdrawn(
  { prisma }: Database,
  step: {
    readonly runId: number;
    readonly eventKey: string;
    readonly replay: number;
    readonly at: Date;
  },
): Promise<boolean> {
  const { runId, eventKey, replay, at } = step;
  const digest = findDigest(eventKey);
  if (digest === undefined) return false;
  const changed = await whileAvailable(() =>
    prisma.$executeRawUnsafe(markWithdrawn, runId, digest, replay, at.toISOString()),
  );
  return changed > 0;
}
