import { type CallbackEvent, rawBodyText } from '@sinch-callbacks/core';
import { advisoryLocks } from '../advisory-locks.ts';
import { digestOfEvent } from '../event-digest.ts';
import type { EventToWrite } from './event-to-write.ts';
import { textArray } from './text-array.ts';
import { settleAll, type WriteSession } from './write-session.ts';

const lockExclusively = `SELECT pg_advisory_xact_lock(${advisoryLocks.redaction})`;
const lockShared = `SELECT pg_advisory_xact_lock_shared(${advisoryLocks.redaction})`;

/**
 * Serialises a redaction with the writes of what it must find: analyses, and events whose body
 * alone names the message. An original needs no lock, since both write the message's row first.
 * Call it before any row is locked.
 */
export function lockRedactions(
  session: WriteSession,
  { redacts, needsLock }: Pick<Redactable, 'redacts' | 'needsLock'>,
): Promise<unknown>[] {
  if (redacts) return [session.query({ sql: lockExclusively }, [])];
  return needsLock ? [session.query({ sql: lockShared }, [])] : [];
}

const findRedacted = `
SELECT sinch_message_id AS id FROM message
WHERE sinch_message_id = ANY($1::text[]) AND redacted_at IS NOT NULL`;

const emptied = `raw_body = '', raw_body_encoding = 'utf8'`;
const quotes = (text: string) => `position('${text}'::bytea IN event_body_bytes(e)) > 0`;

/** Bodies about the message by its id. A redaction, and an analysis, may quote the text again. */
const emptyBodies = `
UPDATE callback_event AS e SET ${emptied}
WHERE e.entity_id = ANY($1::text[]) AND e.raw_body <> ''
  AND (e.trigger IN ('MESSAGE_INBOUND', 'MESSAGE_SUBMIT')
  OR (e.trigger = 'SMART_CONVERSATIONS' AND ${quotes('analysis_results')})
  OR (e.trigger = 'MESSAGE_INBOUND_SMART_CONVERSATION_REDACTION' AND ${quotes('original_text')}))`;

const amongDigests = `= ANY(ARRAY(SELECT decode(d, 'hex') FROM unnest($1::text[]) AS d))`;

const emptyUnknown = `
UPDATE callback_event AS e SET ${emptied}
WHERE e.kept AND e.event_digest ${amongDigests} AND e.raw_body <> ''`;

/**
 * Unreadable bodies that name the message: a short id only where it is quoted, since it may be part
 * of a longer text.
 */
const findUnknown = `
SELECT encode(e.event_digest, 'hex') AS digest FROM callback_event AS e
WHERE e.kept AND e.trigger IN ('UNKNOWN', 'UNREADABLE')
  AND EXISTS (SELECT FROM unnest($1::text[]) AS id WHERE position(convert_to(
    CASE WHEN length(id) < 16 THEN '"' || id || '"' ELSE id END, 'UTF8') IN event_body_bytes(e)) > 0)`;

/** Errors may quote the text. A letter that is not applied is closed: nothing is left to apply. */
const redactLetters = (which: string) => `
UPDATE dead_letter AS d SET error_message = '(redacted)', stack = NULL,
  attempts = (SELECT coalesce(jsonb_agg(a || '{"message": "(redacted)"}'), '[]')
    FROM jsonb_array_elements(d.attempts) AS a),
  resolved_at = coalesce(d.resolved_at, now()),
  resolution = CASE WHEN d.resolution = 'APPLIED' THEN 'APPLIED' ELSE 'REDACTED' END
FROM callback_event AS e
WHERE e.raw_body = '' AND d.event_digest = e.event_digest AND d.error_message <> '(redacted)'
  AND ${which}`;

const redactTheirLetters = redactLetters(
  `e.entity_id = ANY($1::text[]) AND e.trigger <> 'MESSAGE_DELIVERY'`,
);
const redactUnknownLetters = redactLetters(`e.kept AND e.event_digest ${amongDigests}`);

const emptyAnalyses = `
UPDATE message_analysis SET results = NULL
WHERE sinch_message_id = ANY($1::text[]) AND results IS NOT NULL`;

/**
 * The rows of messages that were sent from here. Their keys stay, and with them the promise that
 * nothing is sent twice. The digest goes: from it a short text, such as a code, could be found by
 * trying all of them. A row that learns only later which message it is does the same then.
 */
const emptyOutbound = `
UPDATE outbound SET request = outbound_without_text(request), content_digest = '\\x'
WHERE sinch_message_id = ANY($1::text[]) AND content_digest <> '\\x'`;

/**
 * Removes the text of redacted messages from bodies of events, letters, analyses and outbound rows,
 * whichever is written first. In the message's own row the redaction's content outranks the
 * original and withholds metadata. Usual batches send one statement, which finds nothing.
 */
export async function redactRawBodies(
  session: WriteSession,
  { messageIds, unknown, redacts }: Redactable,
): Promise<void> {
  const named = unknown.map((event) => ({ event, names: namesIn(rawBodyText(event.rawBody)) }));
  const ids = new Set([...messageIds, ...named.flatMap(({ names }) => names)]);
  if (ids.size === 0) return;
  const found = await session.query<{ id: string }>({ sql: findRedacted }, [
    textArray([...ids].sort()),
  ]);
  if (found.rows.length === 0) return;
  const redacted = new Set(found.rows.map(({ id }) => id));
  const values = [textArray([...redacted])];
  const nameless = redacts
    ? (await session.query<{ digest: string }>({ sql: findUnknown }, values)).rows
    : named
        .filter(({ names }) => names.some((name) => redacted.has(name)))
        .map(({ event }) => ({ digest: digestOfEvent(event) }));
  const digests = [textArray(nameless.map(({ digest }) => digest))];
  await settleAll([
    session.query({ sql: emptyBodies }, values),
    session.query({ sql: emptyUnknown }, digests),
    session.query({ sql: redactTheirLetters }, values),
    session.query({ sql: redactUnknownLetters }, digests),
    session.query({ sql: emptyAnalyses }, values),
    session.query({ sql: emptyOutbound }, values),
  ]);
}

/** The part of a transaction that is a redaction, or that one may concern. */
interface Redactable {
  /** Ids of the messages that it writes about. */
  readonly messageIds: readonly string[];
  /** Events whose message is unknown: their bodies may name one that was redacted. */
  readonly unknown: readonly CallbackEvent[];
  /** True where it redacts. */
  readonly redacts: boolean;
  /** True where only the lock keeps its writes apart from a concurrent redaction. */
  readonly needsLock: boolean;
}

export function redactableOf(events: readonly EventToWrite[]): Redactable {
  const messageIds: string[] = [];
  const unknown: CallbackEvent[] = [];
  let [redacts, isAnalysis] = [false, false];
  for (const { event, decision } of events) {
    if (decision.kind === 'keep') {
      unknown.push(event);
      continue;
    }
    const { messages, messageAnalyses } = decision.facts;
    for (const { direction, sinchMessageId } of messages) {
      const hasText = direction === 'TO_APP' || decision.trigger === 'MESSAGE_SUBMIT';
      if (hasText) messageIds.push(sinchMessageId);
    }
    for (const { sinchMessageId } of messageAnalyses) messageIds.push(sinchMessageId);
    isAnalysis ||= messageAnalyses.length > 0;
    redacts ||= decision.trigger === 'MESSAGE_INBOUND_SMART_CONVERSATION_REDACTION';
  }
  return { messageIds, unknown, redacts, needsLock: isAnalysis || unknown.length > 0 };
}

const maxNames = 2_000;
/** A quoted text: JSON has no control character in a string, and Postgres takes no NUL. */
const quotedText = /"([^"\\\p{Cc}]{1,200})"/gu;
const idLike = /\b[0-9A-Za-z]{16,64}\b/g;

/** Finds texts that may be a message's id in a body of an unknown form. */
export function namesIn(bodyText: string): readonly string[] {
  const names = new Set<string>();
  for (const [, text] of bodyText.matchAll(quotedText)) {
    if (text !== undefined && names.size < maxNames) names.add(text);
  }
  for (const [text] of bodyText.matchAll(idLike)) if (names.size < maxNames) names.add(text);
  return [...names];
}
