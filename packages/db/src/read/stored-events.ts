import type { Database } from '../database.ts';
import { whileAvailable } from '../failure.ts';

/** What became of an event that is in the database. */
export interface StoredEvent {
  readonly eventKey: string;
  readonly state: 'APPLIED' | 'UNHANDLED' | 'DEAD';
  /** From its receipt to its rows, by the clocks of ingest and worker; absent while not applied. */
  readonly appliedAfterMs: number | undefined;
  /** Whether a message's history holds it: every delivery report that was applied has its row there. */
  readonly hasStatusRow: boolean;
}

interface Row {
  readonly event_key: string;
  readonly state: StoredEvent['state'];
  readonly applied_after_ms: number | null;
  readonly has_status_row: boolean;
}

/**
 * Finds those of the events that are stored, without their bodies. An event that is missing from
 * the answer is in no table.
 * @param eventKeys a page of them: a thousand or so.
 * @throws DatabaseUnavailableError when the database is away.
 */
export async function findStoredEvents(
  { prisma }: Database,
  eventKeys: readonly string[],
): Promise<readonly StoredEvent[]> {
  const rows = await whileAvailable(
    () => prisma.$queryRaw<Row[]>`
      SELECT e.event_key, e.state::text,
        (extract(epoch FROM e.applied_at - e.received_at) * 1000)::float8 AS applied_after_ms,
        s.event_key IS NOT NULL AS has_status_row
      FROM callback_event e LEFT JOIN message_status s USING (event_key)
      WHERE e.event_key = ANY(${[...eventKeys]}::text[])`,
  );
  return rows.map((row) => ({
    eventKey: row.event_key,
    state: row.state,
    appliedAfterMs: row.applied_after_ms ?? undefined,
    hasStatusRow: row.has_status_row,
  }));
}
