import type { Database } from '../database.ts';
import { openTasks } from '../prune/open-tasks.ts';
import { inRetriedSession } from '../write/retried-session.ts';
import { textArray } from '../write/text-array.ts';
import type { WriteSession } from '../write/write-session.ts';
import { emptyingOf, isFull } from './personal-columns.ts';

/** Rows that keep a mark once they are emptied. The writer puts nothing into them again. */
export const markedTables = ['inbound_event', 'reaction', 'unsupported', 'event_delivery'] as const;
export type MarkedTable = (typeof markedTables)[number] | 'message';

const keys: Readonly<Record<MarkedTable, string>> = {
  message: 'sinch_message_id',
  inbound_event: 'id',
  reaction: 'id',
  unsupported: 'id',
  event_delivery: 'sinch_event_id',
};

/** Assignments that empty a row and mark it. */
export function emptyAndMark(table: MarkedTable | 'contact'): string {
  return `${emptyingOf(table)}, emptied_at = coalesce(emptied_at, now())`;
}

const byIds = (table: string, id: string) =>
  `UPDATE ${table} SET ${emptyingOf(table)} WHERE ${id} = ANY($1::text[]) AND ${isFull(table)}`;

/**
 * Without its identity a report is its message, time, status and channel. Of several that differ in
 * the identity alone, the one that was received first stays.
 */
const mergeReports = `
DELETE FROM message_status AS s USING message_status AS o
WHERE s.sinch_message_id = ANY($1::text[]) AND o.sinch_message_id = s.sinch_message_id
  AND o.status = s.status AND o.channel IS NOT DISTINCT FROM s.channel
  AND o.event_time IS NOT DISTINCT FROM s.event_time
  AND (o.received_at, o.event_digest, o.ctid) < (s.received_at, s.event_digest, s.ctid)`;

const dependents: Readonly<Record<MarkedTable, readonly string[]>> = {
  message: [
    mergeReports,
    byIds('message_status', 'sinch_message_id'),
    byIds('message_channel', 'sinch_message_id'),
    byIds('message_analysis', 'sinch_message_id'),
  ],
  inbound_event: [],
  reaction: [],
  unsupported: [],
  event_delivery: [byIds('event_delivery_channel', 'sinch_event_id')],
};

/** Empties what belongs to marked rows: reports, channels and analyses. */
export async function emptyDependents(
  session: WriteSession,
  table: MarkedTable,
  ids: readonly string[],
): Promise<void> {
  if (ids.length === 0) return;
  for (const sql of dependents[table]) await session.query({ sql }, [textArray(ids)]);
}

/**
 * Empties rows, marks them, and empties what belongs to them. The rows come first, since the writer
 * locks them first too: whichever of the two is later sees what the other one wrote.
 */
export async function emptyMarked(
  session: WriteSession,
  table: MarkedTable,
  ids: readonly string[],
): Promise<void> {
  if (ids.length === 0) return;
  const sql = `UPDATE ${table} SET ${emptyAndMark(table)} WHERE ${keys[table]} = ANY($1::text[])`;
  await session.query({ sql }, [textArray(ids)]);
  await emptyDependents(session, table, ids);
}

/** The digests among those of a table that an open letter or task needs. Each is read once. */
const neededOf = (table: string) => `
  SELECT d.event_digest FROM ${table} JOIN dead_letter AS d USING (event_digest)
  WHERE d.resolved_at IS NULL OR d.resolution IS NULL
  UNION
  SELECT open_task.event_digest FROM ${openTasks} JOIN ${table} USING (event_digest)`;

/** Those that something still needs are noted: see {@link emptyLeftBodies}. */
const emptyBodiesOf = `
WITH full_ones AS MATERIALIZED (
  SELECT e.event_digest, e.received_at, NOT e.kept AND e.state = 'APPLIED' AS is_settled
  FROM callback_event AS e
  WHERE e.event_digest = ANY(ARRAY(SELECT decode(d, 'hex') FROM unnest($1::text[]) AS d))
    AND e.raw_body <> '' AND e.state <> 'UNHANDLED'
), needed AS (${neededOf('full_ones')}
), judged AS MATERIALIZED (
  SELECT f.event_digest, f.received_at, f.is_settled AND n.event_digest IS NULL AS is_free
  FROM full_ones AS f LEFT JOIN needed AS n USING (event_digest)
), noted AS (
  INSERT INTO body_to_empty (event_digest)
  SELECT event_digest FROM judged WHERE NOT is_free ORDER BY event_digest
  ON CONFLICT DO NOTHING
)
UPDATE callback_event AS e SET raw_body = '', raw_body_encoding = 'utf8' FROM judged AS f
WHERE f.is_free AND e.event_digest = f.event_digest AND e.received_at = f.received_at AND NOT e.kept`;

/**
 * Empties the bodies of settled events, and notes the others. @param digests in hexadecimal digits.
 */
export async function emptyBodies(
  session: WriteSession,
  digests: readonly string[],
): Promise<number> {
  if (digests.length === 0) return 0;
  return (await session.query({ sql: emptyBodiesOf }, [textArray(digests)])).count;
}

/** A dead event whose letter was discarded needs its body no more than an applied one. */
const emptyLeft = `
WITH page AS (
  SELECT b.event_digest FROM body_to_empty AS b
  WHERE b.event_digest > decode($1, 'hex') ORDER BY b.event_digest LIMIT $2::integer
), needed AS (${neededOf('page')}
), done AS (
  DELETE FROM body_to_empty AS b USING page LEFT JOIN needed AS n USING (event_digest)
  WHERE b.event_digest = page.event_digest AND n.event_digest IS NULL
  RETURNING b.event_digest
), emptied AS (
  UPDATE callback_event AS e SET raw_body = '', raw_body_encoding = 'utf8' FROM done
  WHERE e.event_digest = done.event_digest AND e.raw_body <> ''
)
SELECT encode(max(event_digest), 'hex') AS last, count(*)::integer AS rows FROM page`;

/**
 * Empties the bodies that something needed when the rest of their person, or of their time, was
 * emptied, and that nothing needs any more: their tasks are done or discarded, and their letters
 * closed.
 * @param batch events of one transaction.
 */
export async function emptyLeftBodies(
  database: Pick<Database, 'pool' | 'limits'>,
  batch: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  let last: string | null = '';
  while (last !== null && signal?.aborted !== true) {
    const from: string = last;
    const { rows } = await inRetriedSession(
      database,
      async (session) =>
        await session.query<{ last: string | null }>({ sql: emptyLeft }, [from, batch]),
    );
    last = rows[0]?.last ?? null;
  }
}

/**
 * Identities of contacts, except those that name the number of an opt-in or opt-out which is about
 * all identities of the contact: without them the opt-out would no longer hold for the number.
 */
export const namesNoConsent = `NOT ${isNeededByConsent('i')}`;

/** A condition on a row of an identity: such an opt-in or opt-out needs it. */
export function isNeededByConsent(row: string): string {
  return `EXISTS (
  SELECT FROM consent_event AS e
  WHERE e.channel = ${row}.channel AND e.identity IS NULL AND e.effect IS NOT NULL
    AND e.contact_id IN (SELECT ${row}.sinch_contact_id UNION ALL
      SELECT other.contact_id FROM contact_root AS own JOIN contact_root AS other USING (root_id)
      WHERE own.contact_id = ${row}.sinch_contact_id))`;
}
