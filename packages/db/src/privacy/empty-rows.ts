import { openTasks } from '../prune/open-tasks.ts';
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

/** Events that nothing needs any more: applied, without an open letter, task or run of one. */
const isSettledEvent = `e.state = 'APPLIED'
  AND NOT EXISTS (SELECT FROM dead_letter AS d WHERE d.event_digest = e.event_digest
    AND (d.resolved_at IS NULL OR d.resolution IS NULL))
  AND NOT EXISTS (SELECT FROM ${openTasks} WHERE open_task.event_digest = e.event_digest)`;

const emptyBodiesOf = `
UPDATE callback_event AS e SET raw_body = '', raw_body_encoding = 'utf8'
WHERE e.event_digest = ANY(ARRAY(SELECT decode(d, 'hex') FROM unnest($1::text[]) AS d))
  AND NOT e.kept AND e.raw_body <> '' AND ${isSettledEvent}`;

/** Empties the bodies of settled events. @param digests in hexadecimal digits. */
export async function emptyBodies(
  session: WriteSession,
  digests: readonly string[],
): Promise<number> {
  if (digests.length === 0) return 0;
  return (await session.query({ sql: emptyBodiesOf }, [textArray(digests)])).count;
}

/**
 * Identities of contacts, except those that name the number of an opt-in or opt-out which is about
 * all identities of the contact: without them the opt-out would no longer hold for the number.
 */
export const namesNoConsent = `NOT EXISTS (
  SELECT FROM consent_event AS e
  WHERE e.channel = i.channel AND e.identity IS NULL AND e.effect IS NOT NULL
    AND e.contact_id IN (SELECT i.sinch_contact_id UNION ALL
      SELECT other.contact_id FROM contact_root AS own JOIN contact_root AS other USING (root_id)
      WHERE own.contact_id = i.sinch_contact_id))`;
