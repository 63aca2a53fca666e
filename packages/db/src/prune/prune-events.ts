import type { Database } from '../database.ts';
import { whileAvailable } from '../failure.ts';
import type { Prisma } from '../generated/client.ts';
import { inTransaction } from '../transaction.ts';

/** Rows that are old enough to go, or that have gone. */
export interface Prunable {
  /** Applied events, and the discarded or redacted ones of these letters. */
  readonly events: number;
  /** Dead letters that were applied, discarded or redacted. */
  readonly deadLetters: number;
}

/**
 * A letter goes by when it was resolved, and is never looked at while it is open. Its event goes
 * with it unless it was applied (then its own age counts) or is unhandled (then it stays).
 */
const oldLetters = `
FROM callback_event AS e JOIN dead_letter AS d ON d.event_key = e.event_key
WHERE d.resolved_at < $1::timestamptz AND d.resolution IS NOT NULL`;

/** Both ages, since a dead letter's event may be applied long after it came. */
const oldEvents = `
FROM callback_event AS e
WHERE e.state = 'APPLIED' AND e.received_at < $1::timestamptz AND e.applied_at < $1::timestamptz`;

const withoutLetter = `
  AND NOT EXISTS (SELECT FROM dead_letter AS d WHERE d.event_key = e.event_key)`;

/** Events are locked before letters, as everybody does; what somebody else holds is left alone. */
const selectLetters = `
SELECT e.event_key ${oldLetters} ORDER BY d.resolved_at LIMIT $2
FOR UPDATE OF e, d SKIP LOCKED`;

const deleteLetters = `
DELETE FROM dead_letter WHERE event_key = ANY($1::text[])
  AND resolved_at < $2::timestamptz AND resolution IS NOT NULL
RETURNING event_key`;

const deleteTheirEvents = `
DELETE FROM callback_event WHERE event_key = ANY($1::text[]) AND state = 'DEAD'`;

const deleteEvents = `
DELETE FROM callback_event WHERE event_key IN (
  SELECT e.event_key ${oldEvents} ${withoutLetter} ORDER BY e.received_at LIMIT $2
  FOR UPDATE OF e SKIP LOCKED)`;

/**
 * Removes one batch of what was settled before `cutoff`, letters first, in one transaction.
 * Repeat it until it removes nothing. It never removes an open dead letter or its event, nor an
 * unhandled event; projections are not touched, and none of them needs these rows.
 *
 * An event that is gone is not known any more: the same callback again would be applied again.
 */
export async function pruneBatch(
  database: Database,
  cutoff: Date,
  batchSize: number,
): Promise<Prunable> {
  return await whileAvailable(() =>
    inTransaction(database, async (tx) => await removeBatch(tx, cutoff.toISOString(), batchSize)),
  );
}

async function removeBatch(
  tx: Prisma.TransactionClient,
  cutoff: string,
  batchSize: number,
): Promise<Prunable> {
  const old = await tx.$queryRawUnsafe<{ event_key: string }[]>(selectLetters, cutoff, batchSize);
  const gone = await tx.$queryRawUnsafe<{ event_key: string }[]>(
    deleteLetters,
    old.map((row) => row.event_key),
    cutoff,
  );
  const keys = gone.map((row) => row.event_key);
  const withLetters = await tx.$executeRawUnsafe(deleteTheirEvents, keys);
  const events = await tx.$executeRawUnsafe(deleteEvents, cutoff, batchSize);
  return { events: withLetters + events, deadLetters: keys.length };
}

const countLetters = `
SELECT count(*)::integer AS letters, (count(*) FILTER (WHERE e.state = 'DEAD'))::integer AS events
${oldLetters}`;

/** Those whose letter stays are not among them. */
const countEvents = `
SELECT count(*)::integer AS events ${oldEvents}
  AND NOT EXISTS (SELECT FROM dead_letter AS d WHERE d.event_key = e.event_key
    AND (d.resolved_at IS NULL OR d.resolution IS NULL OR d.resolved_at >= $1::timestamptz))`;

/** How much {@link pruneBatch} would remove, repeated to its end. */
export async function countPrunable({ prisma }: Database, cutoff: Date): Promise<Prunable> {
  return await whileAvailable(async () => {
    const at = cutoff.toISOString();
    const [withLetters] = await prisma.$queryRawUnsafe<{ letters: number; events: number }[]>(
      countLetters,
      at,
    );
    const [applied] = await prisma.$queryRawUnsafe<{ events: number }[]>(countEvents, at);
    return {
      events: (withLetters?.events ?? 0) + (applied?.events ?? 0),
      deadLetters: withLetters?.letters ?? 0,
    };
  });
}
