import type { CallbackEvent } from '@sinch-callbacks/core';
import type { Database } from '../database.ts';
import { whileAvailable } from '../failure.ts';
import { type EventRow, eventOfRow } from './event-of-row.ts';
import { digestBefore, type Page } from './page.ts';

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

/** Unknown kinds of events, the most frequent first. Redacted ones have nothing left. */
export async function countUnhandled({ prisma }: Database): Promise<readonly UnhandledGroup[]> {
  const groups = await whileAvailable(() => prisma.$queryRawUnsafe<GroupRow[]>(selectGroups));
  return groups.map((group) => ({
    topLevelKeys: group.top_level_keys ?? undefined,
    count: group.count,
    firstReceivedAt: group.first_received_at,
    lastReceivedAt: group.last_received_at,
  }));
}

/** Prisma has no order of bytes to page by. */
const selectPage = `
SELECT event_digest AS "eventDigest", trigger, entity_id AS "entityId", key_entity AS "keyEntity",
  received_at AS "receivedAt", signed_at AS "signedAt", raw_body AS "rawBody",
  raw_body_encoding AS "rawBodyEncoding"
FROM callback_event WHERE kept AND state = 'UNHANDLED' AND raw_body <> ''
  AND ($1::text IS NULL OR event_digest > decode($1, 'hex'))
  AND ($2::text IS NULL OR coalesce(key_entity, entity_id) = $2)
ORDER BY event_digest LIMIT $3`;

/**
 * One page of unhandled events, by digest, ready to be queued again.
 * @param topLevelKeys only those of this kind; absent: all.
 */
export async function listUnhandled(
  { prisma }: Database,
  topLevelKeys: string | undefined,
  page: Page,
): Promise<readonly CallbackEvent[]> {
  const values = [digestBefore(page), topLevelKeys ?? null, page.limit];
  const rows = await whileAvailable(() =>
    prisma.$queryRawUnsafe<EventRow[]>(selectPage, ...values),
  );
  return rows.map(eventOfRow);
}
