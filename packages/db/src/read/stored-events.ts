import type { Database } from '../database.ts';
import { findDigest } from '../event-digest.ts';
import { whileAvailable } from '../failure.ts';

/** What became of an event that is in the database. */
export interface StoredEvent {
  /** As it was asked for. */
  readonly eventKey: string;
  readonly state: 'APPLIED' | 'UNHANDLED' | 'DEAD';
  /** From its receipt to its rows, by the clocks of ingest and worker; absent while not applied. */
  readonly appliedAfterMs: number | undefined;
  /** Whether a message's history holds it: every delivery report that was applied has its row there. */
  readonly hasStatusRow: boolean;
}

interface Row {
  readonly digest: string;
  readonly state: StoredEvent['state'];
  readonly applied_after_ms: number | null;
  readonly has_status_row: boolean;
}

/** The guard tells the partition, so that not every one of them is looked at. */
const select = `
SELECT encode(e.event_digest, 'hex') AS digest, e.state::text,
  (extract(epoch FROM e.applied_at - e.received_at) * 1000)::float8 AS applied_after_ms,
  EXISTS (SELECT FROM message_status AS s WHERE s.event_digest = e.event_digest
    AND s.sinch_message_id = e.entity_id) AS has_status_row
FROM event_guard AS g JOIN callback_event AS e USING (event_digest, received_at)
WHERE g.event_digest = ANY(ARRAY(SELECT decode(d, 'hex') FROM unnest($1::text[]) AS d))`;

/**
 * Finds those of the events that are stored, without their bodies. An event that is missing from
 * the answer is in no table: it never came, or its week was dropped.
 * @param eventKeys a page of them: a thousand or so.
 * @throws DatabaseUnavailableError when the database is away.
 */
export async function findStoredEvents(
  { prisma }: Database,
  eventKeys: readonly string[],
): Promise<readonly StoredEvent[]> {
  const keys = new Map(eventKeys.map((key) => [findDigest(key) ?? '', key]));
  const rows = await whileAvailable(() => prisma.$queryRawUnsafe<Row[]>(select, [...keys.keys()]));
  return rows.map((row) => ({
    eventKey: keys.get(row.digest) ?? row.digest,
    state: row.state,
    appliedAfterMs: row.applied_after_ms ?? undefined,
    hasStatusRow: row.has_status_row,
  }));
}
