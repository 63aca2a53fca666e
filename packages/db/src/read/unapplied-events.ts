import type { CallbackEvent } from '@sinch-callbacks/core';
import type { Database } from '../database.ts';
import { whileAvailable } from '../failure.ts';
import { type EventRow, eventOfRow } from './event-of-row.ts';
import { cursorOf, type Page } from './page.ts';
import { type WithoutNulls, withoutNulls } from './without-nulls.ts';

interface Row {
  readonly eventKey: string;
  readonly trigger: string;
  readonly state: 'DEAD' | 'UNHANDLED';
  readonly appId: string | null;
  readonly eventTime: Date | null;
  readonly receivedAt: Date;
  /** The status in a delivery report, where its body can be read. */
  readonly status: string | null;
  readonly channel: string | null;
  readonly errorClass: string | null;
  readonly errorMessage: string | null;
  readonly deadAt: Date | null;
  readonly replays: number | null;
  readonly resolvedAt: Date | null;
  /** The resolution of its dead letter; absent while that is open. */
  readonly resolution: string | null;
}

/** A stored event without rows: a dead letter, or one of an unknown trigger. */
export type UnappliedEvent = WithoutNulls<Row>;

const maxEvents = 1_000;

export const selectUnapplied = `
SELECT event_key(e) AS "eventKey", e.trigger, e.state::text, e.app_id AS "appId",
  e.event_time AS "eventTime", e.received_at AS "receivedAt",
  event_body(e) #>> '{message_delivery_report,status}' AS status,
  event_body(e) #>> '{message_delivery_report,channel_identity,channel}' AS channel,
  d.error_class AS "errorClass", d.error_message AS "errorMessage", d.dead_at AS "deadAt",
  d.replays, d.resolved_at AS "resolvedAt", d.resolution
FROM callback_event AS e LEFT JOIN dead_letter AS d ON d.event_digest = e.event_digest
WHERE e.kept AND e.entity_id = $1 AND e.state IN ('DEAD', 'UNHANDLED')
ORDER BY coalesce(e.event_time, e.received_at), e.event_digest
LIMIT ${maxEvents}`;

/** Finds events about this id of Sinch that have no rows, in the order of events. */
export async function findUnapplied(
  { prisma }: Database,
  entityId: string,
): Promise<readonly UnappliedEvent[]> {
  const rows = await prisma.$queryRawUnsafe<Row[]>(selectUnapplied, entityId);
  return rows.map(withoutNulls);
}

/** Stored events of one unknown kind. */
export interface UnhandledGroup {
  /** The body's top-level keys, joined by `+`; absent where it has none. */
  readonly topLevelKeys: string | undefined;
  readonly count: number;
  readonly firstReceivedAt: Date;
  readonly lastReceivedAt: Date;
}

const selectGroups = `
SELECT nullif(coalesce(key_entity, entity_id), '') AS top_level_keys, count(*)::integer AS count,
  min(received_at) AS first_received_at, max(received_at) AS last_received_at
FROM callback_event WHERE kept AND state = 'UNHANDLED' AND raw_body <> ''
GROUP BY 1 ORDER BY 2 DESC, 1`;

interface GroupRow {
  readonly top_level_keys: string | null;
  readonly count: number;
  readonly first_received_at: Date;
  readonly last_received_at: Date;
}

/**
 * Counts unhandled events by kind, the most frequent first. Redacted ones are not counted: nothing
 * is left of them.
 */
export async function countUnhandled({ prisma }: Database): Promise<readonly UnhandledGroup[]> {
  const groups = await whileAvailable(() => prisma.$queryRawUnsafe<GroupRow[]>(selectGroups));
  return groups.map((group) => ({
    topLevelKeys: group.top_level_keys ?? undefined,
    count: group.count,
    firstReceivedAt: group.first_received_at,
    lastReceivedAt: group.last_received_at,
  }));
}

/** SQL, since Prisma has no order of bytes to page by. */
const selectPage = `
SELECT event_digest AS "eventDigest", trigger, entity_id AS "entityId", key_entity AS "keyEntity",
  received_at AS "receivedAt", signed_at AS "signedAt", raw_body AS "rawBody",
  raw_body_encoding AS "rawBodyEncoding"
FROM callback_event WHERE kept AND state = 'UNHANDLED' AND raw_body <> ''
  AND ($1::text IS NULL OR event_digest > decode($1, 'hex'))
  AND ($2::text IS NULL OR coalesce(key_entity, entity_id) = $2)
ORDER BY event_digest LIMIT $3`;

/**
 * Lists one page of unhandled events, by digest, ready to be queued again.
 * @param topLevelKeys only those of this kind; absent: all.
 */
export async function listUnhandled(
  { prisma }: Database,
  topLevelKeys: string | undefined,
  page: Page,
): Promise<readonly CallbackEvent[]> {
  const values = [cursorOf(page), topLevelKeys ?? null, page.limit];
  const rows = await whileAvailable(() =>
    prisma.$queryRawUnsafe<EventRow[]>(selectPage, ...values),
  );
  return rows.map(eventOfRow);
}
