import type { Database } from '../database.ts';
import { findDigest } from '../event-digest.ts';
import { whileAvailable } from '../failure.ts';
import { type WithoutNulls, withoutNulls } from './without-nulls.ts';

interface Row {
  readonly digest: string;
  /** The key; absent where only the guard is left. */
  readonly eventKey: string | null;
  readonly appId: string | null;
  readonly receivedAt: Date;
  readonly appliedAt: Date | null;
  /** The state; absent where its row was pruned. */
  readonly state: 'APPLIED' | 'UNHANDLED' | 'DEAD' | null;
  /** The origin; absent where its row was pruned. */
  readonly origin: 'SINCH' | 'RECONCILED' | null;
  readonly errorClass: string | null;
  readonly deadAt: Date | null;
  readonly replays: number | null;
  readonly resolvedAt: Date | null;
  readonly resolution: string | null;
}

/** The state of a dead letter; without a resolution it is open. */
export interface LetterState {
  readonly errorClass: string;
  readonly deadAt: Date;
  readonly replays: number;
  readonly resolvedAt: Date | undefined;
  readonly resolution: string | undefined;
}

/** An event that was stored, as far as it still is. */
export interface StoredEventSummary
  extends Pick<
    WithoutNulls<Row>,
    'digest' | 'eventKey' | 'appId' | 'receivedAt' | 'appliedAt' | 'origin'
  > {
  readonly state: NonNullable<Row['state']> | 'PRUNED';
  readonly letter: LetterState | undefined;
}

export interface StoredKeyPattern {
  /** A prefix of the key. */
  readonly beginning?: string | undefined;
  /** A prefix of the digest at its end: up to 32 hexadecimal digits. */
  readonly digest?: string | undefined;
}

const columns = `
SELECT encode(g.event_digest, 'hex') AS digest, coalesce(event_key(e), event_key(d)) AS "eventKey",
  coalesce(e.app_id, d.app_id) AS "appId", g.received_at AS "receivedAt",
  e.applied_at AS "appliedAt", e.state::text, e.origin::text, d.error_class AS "errorClass",
  d.dead_at AS "deadAt", d.replays, d.resolved_at AS "resolvedAt", d.resolution`;

/**
 * The guard's receipt selects one week, so that Postgres reads that and the kept partition alone.
 */
const joined = `
LEFT JOIN callback_event AS e
  ON e.event_digest = g.event_digest AND e.received_at = g.received_at
LEFT JOIN dead_letter AS d ON d.event_digest = g.event_digest`;

export const selectByDigest = `${columns}
FROM event_guard AS g ${joined}
WHERE g.event_digest >= decode(rpad($1, 32, '0'), 'hex')
  AND g.event_digest <= decode(rpad($1, 32, 'f'), 'hex')
  AND ($2::text IS NULL OR starts_with(coalesce(event_key(e), event_key(d)), $2))
ORDER BY g.event_digest LIMIT $3::integer`;

/** Builds the condition for a prefix, by the order of bytes. */
const inRange = (column: string) =>
  `${column} >= $1::text AND ${column} <= $1::text || U&'\\+10FFFF'`;

/**
 * Delivery reports, which no index of callback_event names, are found through their message's
 * history: the first receipt of each. Unknown events may have anything in their keys.
 */
export const selectByEntity = `${columns}
FROM (
  (SELECT o.event_digest FROM callback_event AS o
   WHERE o.trigger <> 'MESSAGE_DELIVERY' AND ${inRange('o.entity_id')}
     AND starts_with(event_key(o), $2::text) LIMIT $3::integer)
  UNION
  (SELECT k.event_digest FROM callback_event AS k
   WHERE k.kept AND ${inRange('k.entity_id')}
     AND starts_with(event_key(k), $2::text) LIMIT $3::integer)
  UNION
  (SELECT u.event_digest FROM callback_event AS u
   WHERE u.kept AND u.trigger IN ('UNKNOWN', 'UNREADABLE')
     AND starts_with(event_key(u), $2::text) LIMIT $3::integer)
  UNION
  (SELECT s.event_digest FROM message_status AS s
   WHERE ${inRange('s.sinch_message_id')} AND starts_with(
     event_key('MESSAGE_DELIVERY', s.sinch_message_id, s.event_digest), $2::text)
   LIMIT $3::integer)
) AS f JOIN event_guard AS g ON g.event_digest = f.event_digest ${joined}
ORDER BY g.event_digest LIMIT $3::integer`;

/** The number of digits from which they narrow the search more than the entity does. */
const usefulDigits = 4;

/**
 * Finds events by a prefix of their keys or digests, in the order of their digests, without their
 * bodies. By a prefix of the key without its digits, it does not find a further copy of a delivery
 * report in other bytes.
 * @throws DatabaseUnavailableError when the database is down.
 */
export async function findStoredByKey(
  { prisma }: Database,
  { beginning, digest = '' }: StoredKeyPattern,
  limit: number,
): Promise<readonly StoredEventSummary[]> {
  const [, entity = ''] = beginning?.split('.') ?? [];
  // An underscore replaces any character that a key cannot have.
  const [entityStart = ''] = entity.split('_');
  const isByDigest =
    beginning === undefined ||
    entity === '-' ||
    digest.length >= usefulDigits ||
    entityStart === '';
  const rows = await whileAvailable(() =>
    isByDigest
      ? prisma.$queryRawUnsafe<Row[]>(selectByDigest, digest, beginning ?? null, limit)
      : prisma.$queryRawUnsafe<Row[]>(selectByEntity, entityStart, beginning, limit),
  );
  return rows.map(summaryOf);
}

function summaryOf(row: Row): StoredEventSummary {
  const { state, errorClass, deadAt, replays, resolvedAt, resolution, ...facts } =
    withoutNulls(row);
  const letter =
    errorClass === undefined || deadAt === undefined
      ? undefined
      : { errorClass, deadAt, replays: replays ?? 0, resolvedAt, resolution };
  return { ...facts, state: state ?? 'PRUNED', letter };
}

/** The state of an event that is in the database. */
export interface StoredEvent {
  /** The key as the caller gave it. */
  readonly eventKey: string;
  readonly state: 'APPLIED' | 'UNHANDLED' | 'DEAD';
  /**
   * Time from its receipt to its rows, by the clocks of ingest and worker; absent while not
   * applied.
   */
  readonly appliedAfterMs: number | undefined;
  /** True where a message's history holds it, as it holds every applied delivery report. */
  readonly hasStatusRow: boolean;
}

interface StateRow {
  readonly digest: string;
  readonly state: StoredEvent['state'];
  readonly applied_after_ms: number | null;
  readonly has_status_row: boolean;
}

/**
 * The guard's receipt selects one week, so that Postgres reads that and the kept partition alone.
 */
const selectStates = `
SELECT encode(e.event_digest, 'hex') AS digest, e.state::text,
  (extract(epoch FROM e.applied_at - e.received_at) * 1000)::float8 AS applied_after_ms,
  EXISTS (SELECT FROM message_status AS s WHERE s.event_digest = e.event_digest
    AND s.sinch_message_id = e.entity_id) AS has_status_row
FROM event_guard AS g JOIN callback_event AS e USING (event_digest, received_at)
WHERE g.event_digest = ANY(ARRAY(SELECT decode(d, 'hex') FROM unnest($1::text[]) AS d))`;

/**
 * Finds the events that are stored, without their bodies. An event that is missing from the answer
 * is in no table: it was never received, or its week was dropped.
 * @param eventKeys a page of them: a thousand or so.
 * @throws DatabaseUnavailableError when the database is down.
 */
export async function findStoredEvents(
  { prisma }: Database,
  eventKeys: readonly string[],
): Promise<readonly StoredEvent[]> {
  const keys = new Map(eventKeys.map((key) => [findDigest(key) ?? '', key]));
  const rows = await whileAvailable(() =>
    prisma.$queryRawUnsafe<StateRow[]>(selectStates, [...keys.keys()]),
  );
  return rows.map((row) => ({
    eventKey: keys.get(row.digest) ?? row.digest,
    state: row.state,
    appliedAfterMs: row.applied_after_ms ?? undefined,
    hasStatusRow: row.has_status_row,
  }));
}
