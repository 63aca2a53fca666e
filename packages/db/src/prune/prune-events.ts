import type { Database } from '../database.ts';
import { isTransactionTimeout, SlowTransactionError, whileAvailable } from '../failure.ts';
import type { Prisma } from '../generated/client.ts';
import { openTasks } from './open-tasks.ts';

/** Numbers of rows that are old enough to be removed, or that were removed. */
export interface Prunable {
  /** Applied events, and the discarded or redacted ones of these letters. */
  readonly events: number;
  /** Dead letters that were applied, discarded or redacted. */
  readonly deadLetters: number;
}

/**
 * Letters by the time of their resolution; open ones are never selected. A letter's event is
 * removed with it. Exceptions: an applied event counts by its own age, and an unhandled one stays.
 */
const oldLetters = `
FROM dead_letter AS d JOIN event_guard AS g USING (event_digest)
WHERE d.resolved_at < $1::timestamptz AND d.resolution IS NOT NULL`;

/**
 * Events by both ages, since a dead letter's event may be applied long after its receipt. An event
 * stays while a task of it waits or is dead.
 */
const oldEvents = `
FROM callback_event_default AS e
WHERE e.received_at < $1::timestamptz AND e.applied_at < $1::timestamptz
  AND NOT EXISTS (SELECT FROM ${openTasks} WHERE open_task.event_digest = e.event_digest)`;

/**
 * Guards are locked before letters, as everywhere; rows that another session holds are skipped.
 */
const selectLetters = `
SELECT encode(d.event_digest, 'hex') AS digest ${oldLetters} ORDER BY d.resolved_at LIMIT $2
FOR NO KEY UPDATE OF g SKIP LOCKED FOR UPDATE OF d SKIP LOCKED`;

const amongDigests = `= ANY(ARRAY(SELECT decode(d, 'hex') FROM unnest($1::text[]) AS d))`;

const deleteLetters = `DELETE FROM dead_letter WHERE event_digest ${amongDigests}`;

const deleteTheirEvents = `
DELETE FROM callback_event WHERE kept AND state = 'DEAD' AND event_digest ${amongDigests}`;

/** Applied events without a letter: one that stays may still need the body. */
const deleteEvents = `
DELETE FROM callback_event_default WHERE ctid = ANY(ARRAY(
  SELECT e.ctid ${oldEvents}
    AND NOT EXISTS (SELECT FROM dead_letter AS d WHERE d.event_digest = e.event_digest)
  ORDER BY e.received_at LIMIT $2 FOR UPDATE OF e SKIP LOCKED))`;

/**
 * Removes one batch of events and letters that were settled before `cutoff`, letters first, in one
 * transaction: old letters, and applied events of weeks without a partition. Repeat it until it
 * removes nothing. It never removes an open dead letter or its event, nor an unhandled event.
 * Projections stay, and none of them needs these rows.
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
  const old = await tx.$queryRawUnsafe<{ digest: string }[]>(selectLetters, cutoff, batchSize);
  const digests = old.map(({ digest }) => digest);
  const deadLetters = await tx.$executeRawUnsafe(deleteLetters, digests);
  const withLetters = await tx.$executeRawUnsafe(deleteTheirEvents, digests);
  const events = await tx.$executeRawUnsafe(deleteEvents, cutoff, batchSize);
  return { events: withLetters + events, deadLetters };
}

const countLetters = `
SELECT count(*)::integer AS letters, count(e.state)::integer AS events
FROM dead_letter AS d LEFT JOIN callback_event AS e
  ON e.event_digest = d.event_digest AND e.kept AND e.state = 'DEAD'
WHERE d.resolved_at < $1::timestamptz AND d.resolution IS NOT NULL`;

/** Events, except those whose letter stays. */
const countEvents = `
SELECT count(*)::integer AS events ${oldEvents}
  AND NOT EXISTS (SELECT FROM dead_letter AS d WHERE d.event_digest = e.event_digest
    AND (d.resolved_at IS NULL OR d.resolution IS NULL OR d.resolved_at >= $1::timestamptz))`;

/** Counts the rows that {@link pruneBatch} would remove, repeated to its end. */
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

const startTimeoutMs = 10_000;

/**
 * The server's own limits, for this transaction alone: a pooler in between would refuse them as
 * settings of the connection. A statement gives up before the client does, and a lock before that.
 * A suspended process must not hold its rows for good.
 */
const setLimits = `SELECT set_config('lock_timeout', $1, true),
  set_config('statement_timeout', $2, true),
  set_config('idle_in_transaction_session_timeout', $3, true)`;

/**
 * Runs `work` in one transaction with limits on everything it can wait for.
 * @throws SlowTransactionError when it began and did not end in time, though the database
 *   answers; Prisma's error otherwise.
 */
async function inTransaction<T>(
  database: Pick<Database, 'prisma' | 'limits'>,
  work: (tx: Prisma.TransactionClient) => Promise<T>,
): Promise<T> {
  const { prisma, limits } = database;
  let hasBegun = false;
  try {
    return await prisma.$transaction(
      async (tx) => {
        hasBegun = true;
        await tx.$queryRawUnsafe(
          setLimits,
          `${limits.lockTimeoutMs}ms`,
          `${limits.statementTimeoutMs}ms`,
          `${limits.idleTransactionTimeoutMs}ms`,
        );
        return await work(tx);
      },
      { maxWait: startTimeoutMs, timeout: limits.transactionTimeoutMs },
    );
  } catch (error) {
    if (!hasBegun || !isTransactionTimeout(error)) throw error;
    // A server that stopped answering looks the same; then this query fails instead.
    await prisma.$queryRawUnsafe('SELECT 1');
    throw new SlowTransactionError(error);
  }
}
