import { boundedEntityId, storableJson, storableText } from '@sinch-callbacks/core';
import type { Database } from '../database.ts';
import { whileAvailable } from '../failure.ts';
import type { Prisma } from '../generated/client.ts';
import { inTransaction } from '../transaction.ts';
import { redactRawBodies } from '../write/redact-raw-bodies.ts';
import type { DeadLetterRecord } from './dead-letter.ts';

const insertDeadEvent = `
INSERT INTO callback_event AS e
  (event_key, trigger, entity_id, received_at, state, attempts, raw_body, raw_body_encoding)
VALUES ($1, $2, $3, $4::timestamptz, 'DEAD', $5::integer, $6, $7)
ON CONFLICT (event_key) DO UPDATE SET state = 'DEAD', applied_at = NULL
WHERE e.state <> 'APPLIED'
RETURNING event_key`;

/** Attempts of the same replay are replaced, so that recording twice records once. */
const upsertDeadLetter = `
INSERT INTO dead_letter AS d
  (event_key, trigger, error_class, error_message, stack, attempts, first_failed_at, dead_at)
VALUES ($1, $2, $3, $4, $5, $6::jsonb, $7::timestamptz, $8::timestamptz)
ON CONFLICT (event_key) DO UPDATE SET
  error_class = excluded.error_class,
  error_message = excluded.error_message,
  stack = excluded.stack,
  attempts = coalesce(
    (SELECT jsonb_agg(a) FROM jsonb_array_elements(d.attempts) AS a
     WHERE (a ->> 'replay')::integer <> $9::integer), '[]') || excluded.attempts,
  dead_at = excluded.dead_at,
  resolved_at = NULL,
  resolution = NULL`;

/**
 * Keeps an event that could not be applied: its exact body, the reason and every attempt.
 * Idempotent: the same record again changes nothing, and an event that was applied meanwhile
 * is left alone.
 * @throws DatabaseUnavailableError when the database is away.
 */
export async function recordDeadLetter(
  database: Database,
  letter: DeadLetterRecord,
): Promise<'recorded' | 'already-applied'> {
  return await whileAvailable(() => inTransaction(database, (tx) => writeLetter(tx, letter)));
}

async function writeLetter(
  tx: Prisma.TransactionClient,
  letter: DeadLetterRecord,
): Promise<'recorded' | 'already-applied'> {
  const { event, attempts, deadAt } = letter;
  const entityId = boundedEntityId(event.entityId);
  const stored = await tx.$queryRawUnsafe<unknown[]>(
    insertDeadEvent,
    event.key,
    event.trigger,
    entityId ?? null,
    event.receivedAt,
    attempts.length,
    event.rawBody.text,
    event.rawBody.encoding,
  );
  if (stored.length === 0) return 'already-applied';
  await tx.$executeRawUnsafe(
    upsertDeadLetter,
    event.key,
    event.trigger,
    letter.errorClass,
    // Error texts may quote the body, which may hold what Postgres refuses.
    storableText(letter.errorMessage),
    letter.stack === undefined ? null : storableText(letter.stack),
    storableJson(JSON.stringify(attempts)),
    attempts[0]?.at ?? deadAt.toISOString(),
    deadAt.toISOString(),
    letter.replay,
  );
  if (event.trigger === 'MESSAGE_INBOUND' && entityId !== undefined) {
    await redactRawBodies(tx, [entityId]);
  }
  return 'recorded';
}
