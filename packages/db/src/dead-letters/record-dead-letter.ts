import {
  boundedEntityId,
  errorFingerprint,
  storableJson,
  storableText,
} from '@sinch-callbacks/core';
import type { Database } from '../database.ts';
import { whileAvailable } from '../failure.ts';
import { redactRawBodies } from '../write/redact-raw-bodies.ts';
import { inWriteSession, type WriteSession } from '../write/write-session.ts';
import type { DeadLetterRecord } from './dead-letter.ts';
import { withAttempts } from './with-attempts.ts';

const insertDeadEvent = `
INSERT INTO callback_event AS e
  (event_key, trigger, entity_id, received_at, state, attempts, raw_body, raw_body_encoding)
VALUES ($1, $2, $3, $4::timestamptz, 'DEAD', $5::integer, $6, $7)
ON CONFLICT (event_key) DO UPDATE SET state = 'DEAD', applied_at = NULL
WHERE e.state <> 'APPLIED'
RETURNING event_key`;

/**
 * Attempts are added and never taken away; the same ones again are already there. One that was
 * discarded stays so: somebody decided it, and a late copy of the event knows nothing of that. A
 * redacted one takes nothing at all, since an error may quote the text that had to go.
 */
const upsertDeadLetter = `
INSERT INTO dead_letter AS d
  (event_key, trigger, error_class, error_message, stack, attempts, first_failed_at, dead_at,
   fingerprint)
VALUES ($1, $2, $3, $4, $5, $6::jsonb, $7::timestamptz, $8::timestamptz, $9)
ON CONFLICT (event_key) DO UPDATE SET
  error_class = excluded.error_class,
  error_message = excluded.error_message,
  stack = excluded.stack,
  fingerprint = excluded.fingerprint,
  attempts = ${withAttempts('excluded.attempts')},
  first_failed_at = least(d.first_failed_at, excluded.first_failed_at),
  dead_at = excluded.dead_at,
  resolved_at = CASE d.resolution WHEN 'DISCARDED' THEN d.resolved_at END,
  resolution = CASE d.resolution WHEN 'DISCARDED' THEN d.resolution END
WHERE d.resolution IS DISTINCT FROM 'REDACTED'
RETURNING resolution`;

/**
 * What became of it. `already-applied`: there is no need of a letter. `already-closed`: its
 * letter was discarded, or its text had to go, and it stays closed.
 */
export type RecordOutcome = 'recorded' | 'already-applied' | 'already-closed';

/**
 * Keeps an event that could not be applied: its exact body, the reason and every attempt, those
 * of earlier deaths included. Idempotent: the same record again changes nothing.
 * @throws DatabaseUnavailableError when the database is away.
 */
export async function recordDeadLetter(
  database: Database,
  letter: DeadLetterRecord,
): Promise<RecordOutcome> {
  return await whileAvailable(() =>
    inWriteSession(database, { keepsStatements: false }, (session) => writeLetter(session, letter)),
  );
}

async function writeLetter(
  session: WriteSession,
  letter: DeadLetterRecord,
): Promise<RecordOutcome> {
  const { event, attempts, deadAt } = letter;
  const entityId = boundedEntityId(event.entityId);
  const stored = await session.query({ sql: insertDeadEvent }, [
    event.key,
    event.trigger,
    entityId ?? null,
    event.receivedAt,
    attempts.length,
    event.rawBody.text,
    event.rawBody.encoding,
  ]);
  if (stored.count === 0) return 'already-applied';
  // Error texts may quote the body, which may hold what Postgres refuses.
  const errorMessage = storableText(letter.errorMessage);
  const { rows } = await session.query<{ resolution: string | null }>({ sql: upsertDeadLetter }, [
    event.key,
    event.trigger,
    letter.errorClass,
    errorMessage,
    letter.stack === undefined ? null : storableText(letter.stack),
    storableJson(JSON.stringify(attempts)),
    attempts[0]?.at ?? deadAt.toISOString(),
    deadAt.toISOString(),
    errorFingerprint(letter.errorClass, errorMessage),
  ]);
  if (event.trigger === 'MESSAGE_INBOUND' && entityId !== undefined) {
    await redactRawBodies(session, [entityId]);
  }
  return rows[0]?.resolution === null ? 'recorded' : 'already-closed';
}
