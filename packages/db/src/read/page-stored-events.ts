import type { CallbackEvent } from '@sinch-callbacks/core';
import type { Database } from '../database.ts';
import { digestText } from '../event-digest.ts';
import { whileAvailable } from '../failure.ts';
import { type EventRow, eventOfRow } from './event-of-row.ts';

/**
 * Conditions on stored events, all of which hold. Redacted events have no body, and are left out.
 */
export interface StoredEventFilter {
  readonly receivedSince: Date;
  readonly receivedUntil?: Date | undefined;
  /** Only applied ones, that were applied then or later. */
  readonly appliedSince?: Date | undefined;
  readonly triggers?: readonly string[] | undefined;
  readonly appId?: string | undefined;
  /** Only events of this state; of any when absent. */
  readonly state?: 'APPLIED' | undefined;
}

const eventsAtOnce = 500;
/** The range of time that one statement looks through: longer after one that found little. */
const firstWindowMs = 60_000;
const latestMs = 86_400_000;
const longestWindowMs = 30 * 86_400_000;

/**
 * Pages by the time of receipt, which the partitions follow, and then by digest. Both ends of the
 * window are bounds of their own, so that only its partitions and its blocks are read.
 */
const selectPage = `
SELECT e.event_digest AS "eventDigest", e.trigger, e.entity_id AS "entityId",
  e.key_entity AS "keyEntity", e.raw_body AS "rawBody", e.raw_body_encoding AS "rawBodyEncoding",
  e.received_at AS "receivedAt", e.signed_at AS "signedAt", e.received_at::text AS "exactTime"
FROM callback_event AS e
WHERE e.raw_body <> '' AND (e.received_at, e.event_digest) > ($1::timestamptz, decode($2, 'hex'))
  AND e.received_at >= $1::timestamptz AND e.received_at < $3::timestamptz
  AND ($4::timestamptz IS NULL OR e.applied_at >= $4::timestamptz)
  AND ($5::text[] IS NULL OR e.trigger = ANY($5::text[]))
  AND ($6::text IS NULL OR e.app_id = $6)
  AND ($7::text IS NULL OR e.state = $7::event_state)
ORDER BY e.received_at, e.event_digest LIMIT ${eventsAtOnce}`;

/** A row with its time in microseconds, which a Date does not have. */
interface PageRow extends EventRow {
  readonly exactTime: string;
}

/**
 * Reads stored events in pages of 500, the oldest first.
 * @throws DatabaseUnavailableError when the database is down.
 */
export async function* pageStoredEvents(
  { pool }: Pick<Database, 'pool'>,
  filter: StoredEventFilter,
): AsyncGenerator<readonly CallbackEvent[]> {
  const { receivedSince, receivedUntil, appliedSince, triggers, appId, state } = filter;
  // Events of the future come from a worker whose clock is fast.
  const endMs = receivedUntil?.getTime() ?? Date.now() + latestMs;
  let after = { time: receivedSince.toISOString(), digest: '' };
  let windowMs = firstWindowMs;
  for (;;) {
    const fromMs = Date.parse(after.time);
    const untilMs = Math.min(fromMs + windowMs, endMs);
    const values = [
      after.time,
      after.digest,
      new Date(untilMs).toISOString(),
      appliedSince?.toISOString() ?? null,
      triggers ?? null,
      appId ?? null,
      state ?? null,
    ];
    const { rows } = await whileAvailable(() => pool.query<PageRow>(selectPage, values));
    if (rows.length > 0) yield rows.map(eventOfRow);
    const last = rows.at(-1);
    if (last !== undefined && rows.length === eventsAtOnce) {
      after = { time: last.exactTime, digest: digestText(last.eventDigest) };
      // As much as this page went through, and again as much.
      windowMs = Math.max(2 * (Date.parse(last.exactTime) - fromMs), firstWindowMs);
      continue;
    }
    if (untilMs >= endMs) return;
    after = { time: new Date(untilMs).toISOString(), digest: '' };
    windowMs = Math.min(windowMs * 2, longestWindowMs);
  }
}
