import { type Database, isConflict } from '@sinch-callbacks/db';
import { type OutboundMessage, outboundColumns } from '../outbound-message.ts';
import type { Hold } from './holds.ts';

type Pool = Pick<Database, 'pool'>;

/** Rows, or lanes, that one look reads, however many are queued. */
const maxScanned = 500;
/** Rows that are read beyond those to claim: another sender may have locked the first ones. */
const spareRows = 32;

const isIdle = (lane: string) => `NOT EXISTS (SELECT FROM outbound AS s
    WHERE s.app_id = $1 AND s.lane = ${lane} AND s.state = 'SENDING')`;

/** What has waited longest, and is the first of its lane. */
const oldestHeads = `
due AS MATERIALIZED (
  SELECT o.id, o.lane, o.position, o.not_before FROM outbound AS o
  WHERE o.app_id = $1 AND o.state = 'QUEUED' AND o.not_before <= now()
  ORDER BY o.not_before, o.position LIMIT ${maxScanned}
), heads AS MATERIALIZED (
  SELECT d.id FROM due AS d
  WHERE NOT EXISTS (SELECT FROM outbound AS e
    WHERE e.app_id = $1 AND e.lane = d.lane AND e.state = 'QUEUED' AND e.position < d.position)
    AND ${isIdle('d.lane')}
  ORDER BY d.not_before, d.position LIMIT $2 + ${spareRows}
)`;

/** The first row of each lane after a name, lane by lane: other rows are not read. */
const nextHeads = `
lanes AS (
  SELECT (SELECT min(o.lane) FROM outbound AS o
    WHERE o.app_id = $1 AND o.state = 'QUEUED' AND o.lane > $5) AS lane, 1 AS number
  UNION ALL
  SELECT (SELECT min(o.lane) FROM outbound AS o
    WHERE o.app_id = $1 AND o.state = 'QUEUED' AND o.lane > l.lane), l.number + 1
  FROM lanes AS l WHERE l.lane IS NOT NULL AND l.number < ${maxScanned}
), heads AS MATERIALIZED (
  SELECT first.id FROM lanes AS l CROSS JOIN LATERAL (
    SELECT o.id, o.not_before FROM outbound AS o
    WHERE o.app_id = $1 AND o.lane = l.lane AND o.state = 'QUEUED'
    ORDER BY o.position LIMIT 1
  ) AS first
  WHERE first.not_before <= now() AND ${isIdle('l.lane')}
)`;

/**
 * The rows are SENDING once this has committed, and only then a request leaves. Of two senders one
 * skips a row that the other has locked. What became too late is left to `expireQueued`.
 */
const claimFrom = (heads: string, more = '') => `
WITH RECURSIVE ${heads}, next AS MATERIALIZED (
  SELECT o.id FROM outbound AS o
  WHERE o.id = ANY(ARRAY(SELECT id FROM heads)) AND o.state = 'QUEUED' AND o.not_before <= now()
    AND (o.not_after IS NULL OR o.not_after > now())
  ORDER BY o.not_before, o.position
  LIMIT $2
  FOR UPDATE SKIP LOCKED
), claimed AS (
  UPDATE outbound AS o SET state = 'SENDING', sending_at = now(), attempts = o.attempts + 1,
    holder = $3::uuid, held_until = now() + $4 * interval '1 millisecond', settled_at = NULL,
    error_class = NULL, error_message = NULL
  FROM next WHERE o.id = next.id
  RETURNING o.*
)
SELECT ${outboundColumns}${more}`;

const claimOldest = `${claimFrom(oldestHeads)} FROM claimed AS o ORDER BY o.position`;

/** One row at least, since it says where the next look begins: null after the last lane. */
const claimNext = `${claimFrom(
  nextHeads,
  `, (SELECT max(lane) FROM lanes HAVING count(lane) = ${maxScanned}) AS "lastLane"`,
)} FROM (SELECT) AS always LEFT JOIN claimed AS o ON true ORDER BY o.position`;

/**
 * Claims up to `limit` messages for sending, at most one of each recipient.
 * @throws pg's error. The rows may be claimed nevertheless: see `returnUnsent`.
 */
export type ClaimMessages = (limit: number) => Promise<readonly OutboundMessage[]>;

/**
 * Creates the claim of a sender. What waits longest comes first. Where that is many messages of few
 * recipients, the others have their turn too: their lanes are visited one after another.
 * @param hold its holder is a UUID that no other process has.
 */
export function createClaim({ pool }: Pool, appId: string, hold: Hold): ClaimMessages {
  let afterLane = '';

  const valuesOf = (limit: number) => [appId, limit, hold.holder, hold.holdMs];

  async function ofOldest(limit: number): Promise<readonly OutboundMessage[]> {
    return (await pool.query<OutboundMessage>(claimOldest, valuesOf(limit))).rows;
  }

  async function ofOtherLanes(limit: number): Promise<readonly OutboundMessage[]> {
    const { rows } = await pool.query<ClaimedRow>(claimNext, [...valuesOf(limit), afterLane]);
    afterLane = rows[0]?.lastLane ?? '';
    return rows.flatMap((row) => (row.id === null ? [] : [row]));
  }

  return async (limit) => {
    const oldest = await orNone(ofOldest(limit));
    if (oldest.length >= limit) return oldest;
    return [...oldest, ...(await orNone(ofOtherLanes(limit - oldest.length)))];
  };
}

/** Another sender has a row of one of these lanes, or waits for one: nothing is claimed then. */
async function orNone(
  claiming: Promise<readonly OutboundMessage[]>,
): Promise<readonly OutboundMessage[]> {
  try {
    return await claiming;
  } catch (error) {
    if (isConflict(error) || isTaken(error)) return [];
    throw error;
  }
}

type ClaimedRow = (OutboundMessage | { readonly id: null }) & { readonly lastLane: string | null };

/** The key on the one SENDING row of a lane: a snapshot may miss what was committed just now. */
function isTaken(error: unknown): boolean {
  return error instanceof Error && Reflect.get(error, 'code') === '23505';
}
