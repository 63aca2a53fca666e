import {
  boundedEntityId,
  type CallbackEvent,
  isReconciled,
  type RawBody,
  signedAtOf,
} from '@sinch-callbacks/core';
import type { ErasedPart } from '../erase/erased-part.ts';
import { isErasedListEmpty } from '../erase/find-erased.ts';
import { digestOfEvent } from '../event-digest.ts';
import type { EventToWrite } from './event-to-write.ts';
import { lockRedactions, redactableOf } from './redact-raw-bodies.ts';
import { textArray } from './text-array.ts';
import { type Statement, settleAll, type WriteSession } from './write-session.ts';

/** Columns that differ from event to event, with the expression that converts their text. */
const columns = [
  ['event_digest', "decode(f.event_digest, 'hex')"],
  ['trigger', 'f.trigger'],
  ['entity_id', 'f.entity_id'],
  ['key_entity', 'f.key_entity'],
  ['project_id', 'f.project_id'],
  ['app_id', 'f.app_id'],
  ['accepted_time', 'f.accepted_time::timestamptz'],
  ['event_time', 'f.event_time::timestamptz'],
  ['received_at', 'f.received_at::timestamptz'],
  ['signed_at', 'f.signed_at::timestamptz'],
  ['applied_at', 'f.applied_at::timestamptz'],
  ['state', 'f.state::event_state'],
  ['attempts', 'f.attempts::integer'],
  ['origin', 'f.origin::event_origin'],
  ['unreadable_times', 'f.unreadable_times'],
  ['raw_body', 'f.raw_body'],
  ['raw_body_encoding', 'f.raw_body_encoding'],
] as const;

type EventRow = Readonly<Record<(typeof columns)[number][0], string | null>>;

const names = columns.map(([name]) => name);
/** Events in the kept partition: those that still need work. */
const isKept = "f.state <> 'APPLIED'";
const inputRows = `unnest(${names.map((_, index) => `$${index + 1}::text[]`).join(', ')})
  AS f(${names.join(', ')})`;

/** The instant of the last redaction by age, in milliseconds. The table has one row, or none. */
const redactedBefore =
  '(SELECT extract(epoch FROM before)::float8 * 1000 FROM redaction WHERE single) AS "redactedBefore"';

/**
 * The durable guard against duplicates, and the rows of events that it does not have. It locks
 * guards in the order of their digests, so that two batches never wait for each other in a circle.
 */
const insertEvents: Statement = {
  name: 'insert_events',
  sql: `
WITH unknown AS (
  INSERT INTO event_guard (event_digest, received_at)
  SELECT decode(g.event_digest, 'hex') AS digest, g.received_at::timestamptz
  FROM unnest($${names.indexOf('event_digest') + 1}::text[], $${names.indexOf('received_at') + 1}::text[])
    AS g(event_digest, received_at)
  ORDER BY digest
  ON CONFLICT DO NOTHING
  RETURNING event_digest
)
INSERT INTO callback_event (${names.join(', ')}, kept)
SELECT ${columns.map(([, expression]) => expression).join(', ')}, ${isKept}
FROM ${inputRows} JOIN unknown ON unknown.event_digest = decode(f.event_digest, 'hex')
RETURNING encode(event_digest, 'hex') AS digest, ${redactedBefore}, ${isErasedListEmpty}`,
};

const amongDigests = `= ANY(ARRAY(SELECT decode(d, 'hex') FROM unnest($1::text[]) AS d))`;

/** Applied events have no row in this partition, so a duplicate locks nothing. */
const findKept = `
SELECT encode(event_digest, 'hex') AS digest, ${isErasedListEmpty} FROM callback_event
WHERE kept AND event_digest ${amongDigests}`;

/** A lock on the guard, since the row may be in another partition when the wait is over. */
const lockGuards = `
SELECT FROM event_guard WHERE event_digest ${amongDigests}
ORDER BY event_digest FOR NO KEY UPDATE`;

const replaced = names.filter((name) => !['event_digest', 'received_at'].includes(name));
const merged: Readonly<Record<string, string>> = {
  attempts: 'e.attempts + f.attempts::integer',
};

/**
 * Dead events that are retried, and unhandled ones that have become readable. Applied now, they
 * move to the partition of their week.
 */
const updateKept = `
UPDATE callback_event AS e SET ${replaced
  .map((name) => `${name} = ${merged[name] ?? new Map(columns).get(name)}`)
  .join(', ')}, kept = ${isKept}
FROM ${inputRows}
WHERE e.kept AND e.event_digest = decode(f.event_digest, 'hex')
  AND (e.state = 'DEAD' OR (e.state = 'UNHANDLED' AND f.state = 'APPLIED'))
RETURNING encode(e.event_digest, 'hex') AS digest, ${redactedBefore}`;

/** A discarded letter is resolved too: Sinch has sent the event again, and it could be applied. */
const resolveDeadLetters = `
UPDATE dead_letter SET resolved_at = $2::timestamptz, resolution = 'APPLIED'
WHERE event_digest ${amongDigests} AND (resolved_at IS NULL OR resolution = 'DISCARDED')`;

interface DigestRow {
  readonly digest: string;
}

/** A row that is written now, with the redaction by age at that moment. */
interface WrittenRow extends DigestRow {
  readonly redactedBefore: number | null;
}

/** A row, with the state of the list of erased people at that moment. */
interface CheckedRow extends DigestRow {
  readonly isListEmpty: boolean;
}

export interface EventRowOptions {
  readonly appliedAt: Date;
  /**
   * By key, the events that concern an erased person: their bodies are not stored. Undefined where
   * the list was not asked, and must be empty.
   */
  readonly erased: ReadonlyMap<string, ErasedPart> | undefined;
}

/** The events whose rows are written now. */
export interface WrittenEvents {
  readonly keys: ReadonlySet<string>;
  /** What happened before then is written redacted; absent where nothing was redacted by age. */
  readonly redactedBeforeMs: number | undefined;
}

/**
 * A transaction that did not ask the list of erased people, since it was empty, and finds that it is
 * not. The batch is written again.
 */
export class ErasedListFilledError extends Error {
  override readonly name = 'ErasedListFilledError';
}

/**
 * Stores the events and returns those whose rows are to be written now: new ones, dead
 * ones that are retried, and unhandled ones that have become readable. An event that was applied
 * before is unchanged.
 * @param events with distinct digests.
 * @throws ErasedListFilledError where the list of erased people was not asked, and has rows.
 */
export async function writeEventRows(
  session: WriteSession,
  events: readonly EventToWrite[],
  options: EventRowOptions,
): Promise<WrittenEvents> {
  const rows = new Map(events.map((item) => [item.event.key, eventRow(item, options)]));
  const lock = lockRedactions(session, redactableOf(events));
  const values = valuesOf([...rows.values()]);
  const insert = session.query<WrittenRow & CheckedRow>(insertEvents, values);
  await settleAll([...lock, insert]);
  const { rows: inserted } = await insert;
  if (!options.erased) requireEmptyList(inserted);
  const found: WrittenRow[] = [...inserted];
  const written = new Set(found.map(({ digest }) => digest));
  if (written.size < rows.size) {
    const known = [...rows.values()].filter((row) => !written.has(row.event_digest ?? ''));
    found.push(...(await rewriteKept(session, known, options)));
    for (const { digest } of found) written.add(digest);
  }
  return {
    keys: new Set(
      [...rows].flatMap(([key, row]) => (written.has(row.event_digest ?? '') ? key : [])),
    ),
    redactedBeforeMs: found[0]?.redactedBefore ?? undefined,
  };
}

/** @returns those that were stored and are written again. */
async function rewriteKept(
  session: WriteSession,
  rows: readonly EventRow[],
  { appliedAt, erased }: EventRowOptions,
): Promise<readonly WrittenRow[]> {
  const found = await session.query<CheckedRow>({ sql: findKept }, [
    textArray(rows.map((row) => row.event_digest)),
  ]);
  if (!erased) requireEmptyList(found.rows);
  const kept = new Set(found.rows.map(({ digest }) => digest));
  if (kept.size === 0) return [];
  const again = rows.filter((row) => kept.has(row.event_digest ?? ''));
  const update = [
    session.query({ sql: lockGuards }, [textArray([...kept])]),
    session.query<WrittenRow>({ sql: updateKept }, valuesOf(again)),
  ] as const;
  await settleAll(update);
  const { rows: written } = await update[1];
  const digests = written.map(({ digest }) => digest);
  if (digests.length > 0) {
    const values = [textArray(digests), appliedAt.toISOString()];
    await session.query({ sql: resolveDeadLetters }, values);
  }
  return written;
}

function requireEmptyList(rows: readonly CheckedRow[]): void {
  if (rows.some((row) => !row.isListEmpty)) throw new ErasedListFilledError();
}

function valuesOf(rows: readonly EventRow[]): Buffer[] {
  return names.map((name) => textArray(rows.map((row) => row[name])));
}

function eventRow(
  { event, decision, attempts }: EventToWrite,
  { appliedAt, erased }: EventRowOptions,
): EventRow {
  const { envelope, entityId, unreadableTimes } = decision;
  const isApplied = decision.kind === 'apply';
  const rawBody = erased?.has(event.key) ? emptyBody : event.rawBody;
  return {
    event_digest: digestOfEvent(event),
    trigger: isApplied ? decision.trigger : event.trigger,
    entity_id: entityId ?? null,
    key_entity: isApplied ? null : keyEntityOf(event, entityId),
    project_id: envelope.projectId ?? null,
    app_id: envelope.appId ?? null,
    accepted_time: envelope.acceptedTime ?? null,
    event_time: envelope.eventTime ?? null,
    received_at: event.receivedAt,
    signed_at: signedAtOf(event)?.iso ?? null,
    applied_at: isApplied ? appliedAt.toISOString() : null,
    state: isApplied ? 'APPLIED' : 'UNHANDLED',
    attempts: String(attempts),
    origin: isReconciled(event.rawBody) ? 'RECONCILED' : 'SINCH',
    unreadable_times: unreadableTimes.length > 0 ? unreadableTimes.join(',') : null,
    raw_body: rawBody.text,
    raw_body_encoding: rawBody.encoding,
  };
}

/** The body of an event about a person who was erased. */
export const emptyBody: RawBody = { encoding: 'utf8', text: '' };

/** Returns the entity in the event's key; null where the row names the same one. */
export function keyEntityOf(event: CallbackEvent, entityId: string | undefined): string | null {
  const inKey = boundedEntityId(event.entityId);
  return inKey === entityId ? null : (inKey ?? '');
}
