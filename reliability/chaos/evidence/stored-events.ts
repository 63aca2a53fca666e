import { queryRows } from '@sinch-callbacks/dev-env/servers';

/** An event as the database holds it. */
export interface StoredEvent {
  readonly eventKey: string;
  readonly state: string;
  /** The first half of the SHA-256 of its raw body; absent after a redaction of the body. */
  readonly bodyDigest: string | undefined;
  /** ISO 8601, UTC, milliseconds. */
  readonly receivedAt: string;
  /** The reason of its open dead letter, if there is one. */
  readonly openLetter: string | undefined;
  /** A redaction has closed its dead letter and removed the letter's text. */
  readonly hasRedactedLetter: boolean;
}

const select = `
SELECT event_key(e) AS "eventKey", e.state::text AS state,
  to_char(e.received_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS "receivedAt",
  CASE WHEN e.raw_body = '' THEN NULL
    ELSE encode(substring(sha256(event_body_bytes(e)) FROM 1 FOR 16), 'hex') END AS "bodyDigest",
  CASE WHEN d.resolved_at IS NULL THEN d.error_class || ': ' || d.error_message END AS "openLetter",
  COALESCE(d.resolution = 'REDACTED', FALSE) AS "hasRedactedLetter"
FROM callback_event AS e
LEFT JOIN dead_letter AS d ON d.event_digest = e.event_digest`;

type Row = Record<'eventKey' | 'state' | 'receivedAt', string> &
  Record<'bodyDigest' | 'openLetter', string | null> &
  Record<'hasRedactedLetter', boolean>;

export async function readStoredEvents(databaseUrl: string): Promise<StoredEvent[]> {
  const rows = await queryRows<Row>(databaseUrl, select);
  return rows.map(({ bodyDigest, openLetter, ...row }) => ({
    ...row,
    bodyDigest: bodyDigest ?? undefined,
    openLetter: openLetter ?? undefined,
  }));
}

/** Counts the events that are stored, in any state. */
export async function countStored(databaseUrl: string, keys: readonly string[]): Promise<number> {
  const sql = `SELECT count(*)::int AS stored FROM callback_event
    WHERE event_digest = ANY(ARRAY(SELECT decode(d, 'hex') FROM unnest($1::text[]) AS d))`;
  const digests = keys.map((key) => key.slice(key.lastIndexOf('.') + 1));
  const [found] = await queryRows<{ stored: number }>(databaseUrl, sql, [digests]);
  return found?.stored ?? 0;
}
