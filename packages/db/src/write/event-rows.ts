import type { CallbackEvent, Decision } from '@sinch-callbacks/core';
import { textArray } from './text-array.ts';
import type { Statement, WriteSession } from './write-session.ts';

/** An event whose decision says that it is to be stored. */
export interface EventToWrite {
  readonly event: CallbackEvent;
  readonly decision: Exclude<Decision, { kind: 'refuse' }>;
  /** Attempts that this event has had, this one included. */
  readonly attempts: number;
}

/** What differs from event to event, and how Postgres reads its text. */
const columns = [
  ['event_key', 'f.event_key'],
  ['trigger', 'f.trigger'],
  ['entity_id', 'f.entity_id'],
  ['project_id', 'f.project_id'],
  ['app_id', 'f.app_id'],
  ['accepted_time', 'f.accepted_time::timestamptz'],
  ['event_time', 'f.event_time::timestamptz'],
  ['received_at', 'f.received_at::timestamptz'],
  ['applied_at', 'f.applied_at::timestamptz'],
  ['state', 'f.state::event_state'],
  ['attempts', 'f.attempts::integer'],
  ['raw_body', 'f.raw_body'],
  ['raw_body_encoding', 'f.raw_body_encoding'],
  // Absent where it is the body itself, as it nearly always is.
  ['payload', 'coalesce(f.payload, f.raw_body)::jsonb'],
] as const;

const names = columns.map(([name]) => name).join(', ');

/**
 * The durable guard against doubles. It returns the events that are to be projected: new ones,
 * dead ones that are tried again, and unhandled ones that have become readable. An event that
 * was applied before returns nothing and changes nothing.
 */
const insertEvents: Statement = {
  name: 'insert_events',
  sql: `
INSERT INTO callback_event AS e (${names})
SELECT ${columns.map(([, expression]) => expression).join(', ')}
FROM unnest(${columns.map((_, index) => `$${index + 1}::text[]`).join(', ')}) AS f(${names})
ORDER BY f.event_key COLLATE "C"
ON CONFLICT (event_key) DO UPDATE SET
  trigger = excluded.trigger,
  entity_id = excluded.entity_id,
  project_id = excluded.project_id,
  app_id = excluded.app_id,
  accepted_time = excluded.accepted_time,
  event_time = excluded.event_time,
  applied_at = excluded.applied_at,
  state = excluded.state,
  attempts = e.attempts + excluded.attempts,
  payload = excluded.payload,
  raw_body = excluded.raw_body,
  raw_body_encoding = excluded.raw_body_encoding
WHERE e.state = 'DEAD' OR (e.state = 'UNHANDLED' AND excluded.state = 'APPLIED')
RETURNING e.event_key, (e.xmax <> 0) AS was_stored`,
};

/** Also one that was discarded: Sinch has sent the event again, and now it could be applied. */
const resolveDeadLetters: Statement = {
  sql: `
UPDATE dead_letter SET resolved_at = $2::timestamptz, resolution = 'APPLIED'
WHERE event_key = ANY($1::text[]) AND (resolved_at IS NULL OR resolution = 'DISCARDED')`,
};

/**
 * Stores the events and returns the keys of those whose rows are to be written now.
 * @param events with distinct keys.
 */
export async function writeEventRows(
  session: WriteSession,
  events: readonly EventToWrite[],
  appliedAt: Date,
): Promise<ReadonlySet<string>> {
  const rows = events.map((event) => eventRow(event, appliedAt.toISOString()));
  const values = columns.map((_, index) => textArray(rows.map((row) => row[index] ?? null)));
  const { rows: written } = await session.query<WrittenEvent>(insertEvents, values);
  const triedAgain = written.filter((row) => row.was_stored).map((row) => row.event_key);
  if (triedAgain.length > 0) {
    await session.query(resolveDeadLetters, [textArray(triedAgain), appliedAt.toISOString()]);
  }
  return new Set(written.map((row) => row.event_key));
}

interface WrittenEvent {
  readonly event_key: string;
  readonly was_stored: boolean;
}

function eventRow({ event, decision, attempts }: EventToWrite, appliedAt: string) {
  const { envelope } = decision;
  const isApplied = decision.kind === 'apply';
  const { trigger, entityId } = isApplied ? decision : event;
  return [
    event.key,
    trigger,
    entityId,
    envelope.projectId,
    envelope.appId,
    envelope.acceptedTime,
    envelope.eventTime,
    event.receivedAt,
    isApplied ? appliedAt : undefined,
    isApplied ? 'APPLIED' : 'UNHANDLED',
    String(attempts),
    event.rawBody.text,
    event.rawBody.encoding,
    decision.payloadJson === event.rawBody.text ? undefined : decision.payloadJson,
  ];
}
