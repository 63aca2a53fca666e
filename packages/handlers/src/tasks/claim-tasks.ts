import type { RawBody } from '@sinch-callbacks/core';
import type { Database } from '@sinch-callbacks/db';
import type { HandlerOrder } from '../api/on.ts';

/** A task that this process holds. */
export interface ClaimedTask {
  readonly handler: string;
  /** 32 hexadecimal digits. */
  readonly occurrence: string;
  /** The key of its hold. */
  readonly key: string;
  /** Names its hold: settling deletes the hold with this token, or nothing is written. */
  readonly token: string;
  readonly attempts: number;
  readonly lostStarts: number;
  readonly replays: number;
  readonly trigger: string;
  readonly eventKey: string;
  /** ISO 8601. */
  readonly receivedAt: string;
  /** Absent where the event is gone; empty where it was redacted. */
  readonly rawBody: RawBody | undefined;
}

/** The free places of a handler in this process. */
export interface FreeSlots {
  readonly handler: string;
  readonly slots: number;
  readonly order: HandlerOrder;
}

/**
 * By its key or by itself: a process with another version of the handler may order it otherwise.
 */
const isHeld = `EXISTS (SELECT FROM handler_hold AS h
  WHERE h.handler = t.handler AND h.key IN (t.key, encode(t.occurrence, 'hex')))`;

/** A dead task holds its key too, until it is replayed or discarded. */
const hasEarlier = `EXISTS (SELECT FROM handler_task AS e
  WHERE e.handler = t.handler AND e.key = t.key AND e.position < t.position
    AND e.state IN ('WAITING', 'DEAD'))`;

/** One of a key at a time: its others would only take the places of other keys. */
function isFirstOfKey(isDue: string, sequence: string): string {
  return `NOT EXISTS (SELECT FROM handler_task AS t2
  WHERE t2.handler = t.handler AND t2.key = t.key AND t2.state = 'WAITING'
    AND ${isDue.replaceAll('t.', 't2.')}
    AND (t2.${sequence}, t2.position) < (t.${sequence}, t.position))`;
}

function candidates(isDue: string, sequence: string): string {
  return `
SELECT w.handler, t.occurrence, k.key, t.attempts, t.lost_starts, t.replays, t.trigger,
  t.entity_id, t.event_digest, t.event_received_at, t.turn
FROM wanted AS w
CROSS JOIN LATERAL (
  SELECT t.*, row_number() OVER () AS turn FROM (
    SELECT t.* FROM handler_task AS t
    CROSS JOIN LATERAL (SELECT CASE WHEN w.ordering <> 'none' AND t.key IS NOT NULL THEN t.key
      ELSE encode(t.occurrence, 'hex') END AS key) AS k
    WHERE t.handler = w.handler AND t.state = 'WAITING' AND ${isDue}
      AND NOT ${isHeld} AND NOT (w.ordering = 'strict' AND t.key IS NOT NULL AND ${hasEarlier})
      AND (w.ordering = 'none' OR t.key IS NULL OR ${isFirstOfKey(isDue, sequence)})
    ORDER BY t.${sequence}
    LIMIT w.slots
    FOR UPDATE OF t SKIP LOCKED
  ) AS t
) AS t
CROSS JOIN LATERAL (SELECT CASE WHEN w.ordering <> 'none' AND t.key IS NOT NULL THEN t.key
  ELSE encode(t.occurrence, 'hex') END AS key) AS k`;
}

/**
 * Chooses tasks and inserts their holds. The lock on a task's row closes the race with a process
 * that has settled it since this statement began: the row is then read again. The key of a hold
 * closes the race with a process that claims another task of the key.
 *
 * Tasks that are due for a retry and new ones take turns, so that neither keeps the other waiting.
 */
const claim = `
WITH wanted AS (
  SELECT w.* FROM unnest($1::text[], $2::integer[], $3::text[]) AS w(handler, slots, ordering)
  JOIN handler AS r ON r.name = w.handler AND r.state = 'ACTIVE'
), due AS MATERIALIZED (${candidates('t.retry_at <= now()', 'retry_at')}
), fresh AS MATERIALIZED (${candidates('t.retry_at IS NULL', 'position')}
), chosen AS MATERIALIZED (
  SELECT c.*, row_number() OVER (PARTITION BY c.handler ORDER BY c.turn) AS place
  FROM (SELECT * FROM due UNION ALL SELECT * FROM fresh) AS c
), held AS (
  INSERT INTO handler_hold (held_until, holder, occurrence, handler, key)
  SELECT now() + $5 * interval '1 millisecond', $4::uuid, c.occurrence, c.handler, c.key
  FROM chosen AS c JOIN wanted AS w USING (handler)
  WHERE c.place <= w.slots
  ORDER BY c.place
  ON CONFLICT DO NOTHING
  RETURNING handler, key, occurrence, token
)
SELECT c.handler, encode(c.occurrence, 'hex') AS occurrence, c.key, held.token, c.attempts,
  c.lost_starts AS "lostStarts", c.replays, c.trigger,
  coalesce(event_key(e), event_key(c.trigger, c.entity_id, c.event_digest)) AS "eventKey",
  c.event_received_at AS "receivedAt", e.raw_body AS "bodyText", e.raw_body_encoding AS encoding
FROM held
JOIN chosen AS c USING (handler, occurrence)
LEFT JOIN callback_event AS e
  ON e.event_digest = c.event_digest AND e.received_at = c.event_received_at
ORDER BY c.place`;

interface ClaimedRow extends Omit<ClaimedTask, 'receivedAt' | 'rawBody'> {
  readonly receivedAt: Date;
  readonly bodyText: string | null;
  readonly encoding: string | null;
}

/**
 * Claims tasks that may run now: not held, not before their retry, in their order, and of handlers
 * that are registered and neither paused nor retired. Each is held until it is settled, or until
 * `holdMs` have passed without {@link renewHolds}.
 * @param holder a UUID that no other process has.
 * @throws pg's error.
 */
export async function claimTasks(
  { pool }: Pick<Database, 'pool'>,
  wanted: readonly FreeSlots[],
  holder: string,
  holdMs: number,
): Promise<readonly ClaimedTask[]> {
  const { rows } = await pool.query<ClaimedRow>(claim, [
    wanted.map(({ handler }) => handler),
    wanted.map(({ slots }) => slots),
    wanted.map(({ order }) => order),
    holder,
    holdMs,
  ]);
  return rows.map(({ receivedAt, bodyText, encoding, ...task }) => ({
    ...task,
    receivedAt: receivedAt.toISOString(),
    rawBody:
      bodyText === null
        ? undefined
        : { encoding: encoding === 'base64' ? 'base64' : 'utf8', text: bodyText },
  }));
}
