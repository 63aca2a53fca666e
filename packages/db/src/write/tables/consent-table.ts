import type { ConsentEventFact } from '@sinch-callbacks/core';
import { byteaArray, textArray } from '../text-array.ts';
import type { WriteSession } from '../write-session.ts';
import {
  bytes,
  instant,
  type ProjectionTable,
  receipts,
  receiptsRow,
  text,
} from './projection-table.ts';

/**
 * Opt-ins and opt-outs. The first event with a consent key fills its row as a whole. Sinch may send
 * an opt-out without a time again in the same bytes: `repeated_at` records the last time.
 */
export const consentEvent: ProjectionTable = {
  name: 'consent_event',
  key: [bytes('consent_key')],
  greatest: [instant('repeated_at'), receipts.last],
  least: [receipts.first],
  groups: [],
  first: {
    by: [instant('received_at'), bytes('event_digest')],
    columns: [
      ...text('app_id', 'contact_id', 'channel', 'identity', 'channel_identity'),
      ...text('kind', 'status', 'effect', 'request_id', 'time_text', 'nonce'),
      ...['happened_at', 'order_at'].map(instant),
    ],
  },
  rows: (event) =>
    event.facts.consentEvents.map((fact) => ({
      consent_key: fact.consentKey,
      app_id: fact.appId,
      contact_id: fact.contactId ?? null,
      channel: fact.channel,
      identity: fact.identity ?? null,
      channel_identity: fact.channelIdentity ?? null,
      kind: fact.kind,
      status: fact.status ?? null,
      effect: fact.effect ?? null,
      request_id: fact.requestId ?? null,
      time_text: fact.timeText ?? null,
      happened_at: fact.happenedAt ?? null,
      order_at: fact.orderAt,
      repeated_at: fact.repeatedAt ?? null,
      nonce: fact.nonce ?? null,
      received_at: event.receivedAt,
      event_digest: event.eventDigest,
      ...receiptsRow(event),
    })),
};

/**
 * Two opt-outs without a time that have the same bytes are one event, though an opt-in may lie
 * between them. A copy that was signed again, which its nonce shows, therefore counts from its
 * receipt. The rows are locked in key order, as by the upsert before this.
 */
const repeat = `
UPDATE consent_event AS t SET repeated_at = again.repeated_at
FROM (
  SELECT held.consent_key, max(held.repeated_at) AS repeated_at
  FROM (
    SELECT t.consent_key, f.repeated_text::timestamptz AS repeated_at
    FROM unnest($1::bytea[], $2::text[], $3::text[]) AS f(consent_key, nonce, repeated_text)
    JOIN consent_event AS t ON t.consent_key = f.consent_key
    WHERE t.nonce <> f.nonce
      AND (t.repeated_at IS NULL OR t.repeated_at < f.repeated_text::timestamptz)
    ORDER BY t.consent_key
    FOR UPDATE OF t
  ) AS held
  GROUP BY held.consent_key
) AS again
WHERE t.consent_key = again.consent_key`;

/** @param facts of copies of events that were applied before. */
export async function repeatConsents(
  session: WriteSession,
  facts: readonly ConsentEventFact[],
): Promise<void> {
  const repeated = facts.flatMap(({ consentKey, nonce, repeatedAt }) =>
    nonce === undefined || repeatedAt === undefined ? [] : [{ consentKey, nonce, repeatedAt }],
  );
  if (repeated.length === 0) return;
  await session.query({ sql: repeat }, [
    byteaArray(repeated.map(({ consentKey }) => consentKey)),
    textArray(repeated.map(({ nonce }) => nonce)),
    textArray(repeated.map(({ repeatedAt }) => repeatedAt)),
  ]);
}
