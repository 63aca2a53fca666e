import {
  boundedEntityId,
  type CallbackEvent,
  envelopeInText,
  envelopeOf,
  errorFingerprint,
  isReconciled,
  signedAtOf,
  storableJson,
  storableText,
  withoutContactDetails,
} from '@sinch-callbacks/core';
import type { Database } from '../database.ts';
import type { ErasureKeys } from '../erase/erasure-keys.ts';
import { findErased } from '../erase/find-erased.ts';
import { digestOfEvent } from '../event-digest.ts';
import { isConflict, whileAvailable } from '../failure.ts';
import { emptyBody, keyEntityOf } from '../write/event-rows.ts';
import { lockRedactions, redactRawBodies } from '../write/redact-raw-bodies.ts';
import { inWriteSession, settleAll, type WriteSession } from '../write/write-session.ts';
import type { DeadLetterRecord } from './dead-letter.ts';
import { withAttempts } from './dead-letter-sql.ts';

const digest = `decode($1, 'hex')`;

const insertGuard = `
INSERT INTO event_guard (event_digest, received_at) VALUES (${digest}, $2::timestamptz)
ON CONFLICT DO NOTHING`;

/**
 * A lock on the guard: every transaction that changes the row of a known event takes it, as the
 * writer does.
 */
const lockGuard = `
SELECT FROM event_guard WHERE event_digest = ${digest} FOR NO KEY UPDATE`;

const insertEvent = `
INSERT INTO callback_event (event_digest, trigger, entity_id, key_entity, app_id, project_id,
  accepted_time, event_time, received_at, signed_at, unreadable_times, state, kept, attempts,
  raw_body, raw_body_encoding, origin)
VALUES (${digest}, $2, $3, $4, $5, $6, $7::timestamptz, $8::timestamptz, $9::timestamptz,
  $10::timestamptz, $11, 'DEAD', true, $12::integer, $13, $14, $15::event_origin)`;

/**
 * The change of a stored event. An applied one has no row in the kept partition, or none at all any
 * more.
 */
const markDead = `
UPDATE callback_event SET state = 'DEAD' WHERE kept AND event_digest = ${digest}`;

/**
 * Attempts are added and never removed; repeated ones are already there. A discarded letter stays
 * discarded: an operator decided so, and a late copy must not undo it. A redacted letter accepts
 * nothing, since an error may quote the removed text.
 */
const upsertDeadLetter = `
INSERT INTO dead_letter AS d
  (event_digest, trigger, entity_id, key_entity, app_id, project_id, error_class, error_message,
   stack, attempts, first_failed_at, dead_at, fingerprint)
VALUES (${digest}, $2, $3, $4, $5, $6, $7, $8, $9, $10::jsonb, $11::timestamptz, $12::timestamptz,
  $13)
ON CONFLICT (event_digest) DO UPDATE SET
  error_class = excluded.error_class,
  error_message = excluded.error_message,
  stack = excluded.stack,
  fingerprint = excluded.fingerprint,
  attempts = ${withAttempts('excluded.attempts')},
  first_failed_at = least(d.first_failed_at, excluded.first_failed_at),
  dead_at = excluded.dead_at,
  resolved_at = CASE d.resolution WHEN 'DISCARDED' THEN d.resolved_at END,
  resolution = CASE d.resolution WHEN 'DISCARDED' THEN d.resolution END
WHERE d.resolution IS DISTINCT FROM 'REDACTED'`;

const isOpen = `
SELECT FROM dead_letter WHERE event_digest = ${digest} AND resolved_at IS NULL`;

/**
 * The result of a record. `already-applied`: the event needs no letter. `already-closed`: its
 * letter is discarded or redacted and stays closed.
 */
export type RecordOutcome = 'recorded' | 'already-applied' | 'already-closed';

/**
 * Stores an event that could not be applied: its exact body, the reason and every attempt, those of
 * earlier deaths included. Idempotent: the same record again changes nothing. One about a person
 * that was erased is stored without its body and its errors, and closed.
 * @param erasureKeys recognise such people; required while anyone is on the list.
 * @throws DatabaseUnavailableError when the database is down, or the keys are missing.
 */
export async function recordDeadLetter(
  database: Database,
  letter: DeadLetterRecord,
  erasureKeys?: ErasureKeys,
): Promise<RecordOutcome> {
  const options = { keepsStatements: false, lockTimeoutMs: database.limits.lockTimeoutMs };
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await whileAvailable(() =>
        inWriteSession(database, options, (session) => writeLetter(session, letter, erasureKeys)),
      );
    } catch (error) {
      if (!isConflict(error) || attempt === immediateRetries) throw error;
    }
  }
}

/** Retries after a deadlock with a writer, or after a row that it moved. */
const immediateRetries = 3;

async function writeLetter(
  session: WriteSession,
  given: DeadLetterRecord,
  erasureKeys: ErasureKeys | undefined,
): Promise<RecordOutcome> {
  const columns = columnsOf(given.event, given.errorClass);
  const { mentions } = columns;
  const letter = await withoutErased(session, given, columns, erasureKeys);
  const { event } = letter;
  await settleAll(lockRedactions(session, { redacts: false, needsLock: mentions.needsLock }));
  if (!(await storeDead(session, letter, columns, isReconciled(given.event.rawBody))))
    return 'already-applied';
  const letterWrites = [
    session.query({ sql: upsertDeadLetter }, letterValues(letter, columns)),
    redactRawBodies(session, mentions),
    ...(letter === given ? [] : [session.query({ sql: closeErased }, [digestOfEvent(event)])]),
  ];
  await settleAll(letterWrites);
  // Only now: the statements before may have redacted it.
  const { count } = await session.query({ sql: isOpen }, [digestOfEvent(event)]);
  return count > 0 ? 'recorded' : 'already-closed';
}

/** Returns the letter itself, or what may be stored of one about a person that was erased. */
async function withoutErased(
  session: WriteSession,
  letter: DeadLetterRecord,
  { envelope, unreadableTimes, entityId }: Columns,
  erasureKeys: ErasureKeys | undefined,
): Promise<DeadLetterRecord> {
  const decision = { kind: 'keep', envelope, entityId, unreadableTimes } as const;
  const item = { event: letter.event, decision, attempts: letter.attempts.length };
  const { erased } = await findErased(session, [item], erasureKeys);
  if (erased.size === 0) return letter;
  return {
    ...letter,
    event: { ...letter.event, rawBody: emptyBody },
    errorMessage: '(redacted)',
    stack: undefined,
    attempts: letter.attempts.map((attempt) => ({ ...attempt, message: '(redacted)' })),
  };
}

/**
 * Closes a letter of which nothing is left to apply. Earlier attempts have their messages still.
 */
const closeErased = `
UPDATE dead_letter SET resolved_at = coalesce(resolved_at, now()),
  attempts = (SELECT coalesce(jsonb_agg(a || '{"message": "(redacted)"}'), '[]')
    FROM jsonb_array_elements(attempts) AS a),
  resolution = CASE WHEN resolution = 'APPLIED' THEN 'APPLIED' ELSE 'REDACTED' END
WHERE event_digest = ${digest}`;

type Columns = ReturnType<typeof columnsOf>;

/** Builds the columns that the event's row and its letter have in common. */
function columnsOf(event: CallbackEvent, errorClass: string) {
  // Parsing it may be what ended the process, again and again.
  const read = errorClass === 'quarantined' ? envelopeInText : envelopeOf;
  const { envelope, entityId, unreadableTimes } = read(event.rawBody);
  const { trigger } = event;
  const named = entityId ?? (trigger === 'UNKNOWN' ? undefined : boundedEntityId(event.entityId));
  const isNameless = trigger === 'UNKNOWN' || trigger === 'UNREADABLE';
  return {
    envelope,
    unreadableTimes,
    entityId: named,
    identity: [
      digestOfEvent(event),
      trigger,
      named ?? null,
      keyEntityOf(event, named),
      envelope.appId ?? null,
      envelope.projectId ?? null,
    ],
    mentions: {
      messageIds: named !== undefined && messageTriggers.has(trigger) ? [named] : [],
      unknown: isNameless ? [event] : [],
      redacts: false,
      needsLock: isNameless || trigger === 'SMART_CONVERSATIONS',
    },
  };
}

/** Triggers whose bodies hold a person's text. */
const messageTriggers: ReadonlySet<string> = new Set([
  'MESSAGE_INBOUND',
  'MESSAGE_INBOUND_SMART_CONVERSATION_REDACTION',
  'SMART_CONVERSATIONS',
]);

/** @returns false when the event was applied. */
async function storeDead(
  session: WriteSession,
  { event, attempts }: DeadLetterRecord,
  { envelope, unreadableTimes, identity }: Columns,
  wasReconciled: boolean,
): Promise<boolean> {
  const { receivedAt, rawBody } = event;
  const id = digestOfEvent(event);
  const isNew = (await session.query({ sql: insertGuard }, [id, receivedAt])).count > 0;
  if (!isNew) {
    const changes = [
      session.query({ sql: lockGuard }, [id]),
      session.query({ sql: markDead }, [id]),
    ] as const;
    await settleAll(changes);
    return (await changes[1]).count > 0;
  }
  await session.query({ sql: insertEvent }, [
    ...identity,
    envelope.acceptedTime ?? null,
    envelope.eventTime ?? null,
    receivedAt,
    signedAtOf(event)?.iso ?? null,
    unreadableTimes.length > 0 ? unreadableTimes.join(',') : null,
    attempts.length,
    rawBody.text,
    rawBody.encoding,
    wasReconciled ? 'RECONCILED' : 'SINCH',
  ]);
  return true;
}

/**
 * Builds the values of a letter. Error texts may quote the body, which may hold characters that
 * Postgres refuses, and numbers and addresses, which are left out.
 */
function letterValues(letter: DeadLetterRecord, { identity }: Columns) {
  const { errorClass, stack, attempts, deadAt } = letter;
  const errorMessage = storedError(letter.errorMessage);
  return [
    ...identity,
    errorClass,
    errorMessage,
    stack === undefined ? null : storedError(stack),
    storableJson(
      JSON.stringify(attempts.map((one) => ({ ...one, message: storedError(one.message) }))),
    ),
    attempts[0]?.at ?? deadAt.toISOString(),
    deadAt.toISOString(),
    errorFingerprint(errorClass, errorMessage),
  ];
}

function storedError(text: string): string {
  return withoutContactDetails(storableText(text));
}
