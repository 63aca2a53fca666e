import type { WithoutNulls } from '../without-nulls.ts';

/**
 * Builds the query of the newest rows of each value, then of all. An index has rows in order for
 * one value only, and by first receipt. The result is in the order of events.
 */
const newest = (table: string, column: string, columns: string) => `
SELECT ${columns}, coalesce(r.root_id, x.contact_id) AS "contactId"
FROM unnest($1::text[]) AS v(value)
CROSS JOIN LATERAL (
  SELECT * FROM ${table} AS t WHERE t.${column} = v.value
  ORDER BY t.created_at DESC LIMIT $2::integer
) AS x
LEFT JOIN contact_root AS r ON r.contact_id = x.contact_id
ORDER BY x.happened_at DESC LIMIT $2::integer`;

const messagesBy = (column: string) =>
  newest(
    'message',
    column,
    `'MESSAGE' AS entry, x.sinch_message_id AS id, x.happened_at AS "happenedAt",
  x.direction::text, x.app_id AS "appId", x.conversation_id AS "conversationId", x.channel,
  x.identity, x.kind, x.status, CASE WHEN $3::boolean THEN x.text END AS text`,
  );

const inboundEventsBy = (column: string) =>
  newest(
    'inbound_event',
    column,
    `'EVENT' AS entry, x.id, x.happened_at AS "happenedAt", 'TO_APP' AS direction,
  x.app_id AS "appId", x.conversation_id AS "conversationId", x.channel, x.identity, x.kind,
  NULL AS status, CASE WHEN $3::boolean THEN x.content::text END AS text`,
  );

/**
 * Builds the query of the newest outbound rows of each value. The timeline says what such a row is:
 * a message by now, which is then found as such, or nothing else yet.
 */
const outboundBy = (rows: string) => `
SELECT t.entry, t.id, t.happened_at AS "happenedAt", t.direction, t.app_id AS "appId",
  t.conversation_id AS "conversationId", t.contact_id AS "contactId", t.channel, t.identity, t.kind,
  CASE t.entry WHEN 'OUTBOUND' THEN t.outbound_state ELSE t.status END AS status,
  CASE WHEN $3::boolean THEN t.text END AS text
FROM unnest($1::text[]) AS v(value)
CROSS JOIN LATERAL (${rows}) AS o
CROSS JOIN LATERAL (
  SELECT * FROM conversation_timeline WHERE entry = 'OUTBOUND' AND outbound_id = o.id
  UNION ALL
  SELECT * FROM conversation_timeline WHERE entry = 'MESSAGE' AND id = o.sinch_message_id
) AS t
ORDER BY t.happened_at DESC LIMIT $2::integer`;

const newestOutbound = (condition: string) => `(
  SELECT id, sinch_message_id FROM outbound AS q WHERE ${condition}
  ORDER BY q.created_at DESC LIMIT $2::integer
)`;

/** Events without rows, by the id that could be read in them. */
const unapplied = `
SELECT 'CALLBACK' AS entry, event_key(x) AS id,
  coalesce(x.event_time, x.received_at) AS "happenedAt", NULL AS direction, x.app_id AS "appId",
  NULL AS "conversationId", NULL AS "contactId", NULL AS channel, NULL AS identity,
  x.trigger AS kind, x.state::text AS status, NULL AS text
FROM callback_event AS x
WHERE x.kept AND x.entity_id = ANY ($1::text[]) AND x.state IN ('DEAD', 'UNHANDLED')
  AND $3::boolean IS NOT NULL
ORDER BY "happenedAt" DESC LIMIT $2::integer`;

/**
 * The statements of `findAnything`, each by an index that holds rows in the order of pages. Their
 * values: texts to look for, how many rows, and whether to read what people wrote.
 */
export const findStatements = {
  messagesByIdentity: messagesBy('identity'),
  messagesByContact: messagesBy('contact_id'),
  messagesByConversation: messagesBy('conversation_id'),
  messagesById: messagesBy('sinch_message_id'),
  messagesByCorrelation: messagesBy('correlation_id'),
  messagesByBatch: messagesBy('batch_id'),
  messagesByMetadata: messagesBy('metadata'),
  inboundEventsByContact: inboundEventsBy('contact_id'),
  inboundEventsByConversation: inboundEventsBy('conversation_id'),
  inboundEventsById: inboundEventsBy('id'),
  // Few name several identities, and these have an index of their own.
  outboundByIdentity: outboundBy(
    `${newestOutbound('CASE WHEN cardinality(q.identities) = 1 THEN q.identities[1] END = v.value')}
  UNION ALL
  ${newestOutbound('cardinality(q.identities) > 1 AND q.identities @> ARRAY[v.value]')}`,
  ),
  outboundByContact: outboundBy(newestOutbound('q.contact_id = v.value')),
  outboundByKey: outboundBy(newestOutbound('q.key = v.value')),
  outboundById: outboundBy(newestOutbound('q.id::text COLLATE "C" = lower(v.value)')),
  outboundBySinchId: outboundBy(newestOutbound('q.sinch_message_id = v.value')),
  unapplied,
} as const;

export type FindStatement = keyof typeof findStatements;

export const selectKnown = `
SELECT
  EXISTS (SELECT FROM contact WHERE sinch_contact_id = $1)
    OR EXISTS (SELECT FROM contact_root WHERE contact_id = $1) AS contact,
  EXISTS (SELECT FROM conversation WHERE sinch_conversation_id = $1) AS conversation,
  EXISTS (SELECT FROM batch WHERE batch_id = $1) AS batch`;

export const selectHolders = `
SELECT DISTINCT coalesce(r.root_id, i.sinch_contact_id) AS "contactId"
FROM contact_identity AS i LEFT JOIN contact_root AS r ON r.contact_id = i.sinch_contact_id
WHERE i.identity = ANY ($1::text[])
ORDER BY 1 LIMIT 20`;

/** The kinds of things that a text may name. `entity` is an id in an event without rows. */
export type FoundAs =
  | 'identity'
  | 'contact'
  | 'conversation'
  | 'message'
  | 'correlation id'
  | 'batch'
  | 'metadata'
  | 'outbound message'
  | 'key'
  | 'inbound event'
  | 'entity'
  | 'event key';

export interface EntryRow {
  /** OUTBOUND is a message that we were asked to send, and that no callback has named yet. */
  readonly entry: 'MESSAGE' | 'EVENT' | 'OUTBOUND' | 'CALLBACK';
  /**
   * The id: Sinch's for a message or inbound event, our own for an outbound message, the event key
   * for a callback.
   */
  readonly id: string;
  readonly happenedAt: Date;
  readonly direction: 'TO_APP' | 'TO_CONTACT' | null;
  readonly appId: string | null;
  /** Absent in DISPATCH mode, as is the contact. */
  readonly conversationId: string | null;
  /** The contact after merges. */
  readonly contactId: string | null;
  readonly channel: string | null;
  readonly identity: string | null;
  /** The kind of content; for a callback its trigger. */
  readonly kind: string | null;
  /**
   * The status; for an outbound message the state of the sending; for a callback APPLIED,
   * UNHANDLED, DEAD, or PRUNED where only its guard is left.
   */
  readonly status: string | null;
  /** The text of a person; only on request. */
  readonly text: string | null;
}

/**
 * A message, an inbound event, an outbound message or a callback, with the kinds that it was found
 * as.
 */
export type FoundEntry = WithoutNulls<EntryRow> & { readonly foundAs: readonly FoundAs[] };
