ALTER TABLE "outbound"
    ADD COLUMN "not_after" TIMESTAMPTZ(6),
    ADD COLUMN "resends" INTEGER NOT NULL DEFAULT 0;

COMMENT ON COLUMN "outbound"."not_after" IS 'Not sent after then, but REFUSED as expired: the caller''s limit. Null: it waits for as long as it must.';
COMMENT ON COLUMN "outbound"."resends" IS 'How often it was queued again while it was UNCERTAIN. Above 0, an earlier request may have been carried out, so that it is never REFUSED.';
COMMENT ON COLUMN "outbound"."error_class" IS 'Why it was not sent, or why that is not known: refused, opted-out, expired, rate-limited, unreachable, unanswered, holder-lost.';
COMMENT ON COLUMN "outbound"."content_digest" IS 'Of what the caller gave, to recognise the same content. Empty once the message is redacted: a short text could be guessed from it.';
COMMENT ON COLUMN "outbound"."request" IS 'The body of the request, without our marker. Only app and recipient once the message is redacted.';

-- A key is looked up with its app by callers, and without one by people.
DROP INDEX "outbound_app_id_key_key";
CREATE UNIQUE INDEX "outbound_key_app_id_key" ON "outbound" ("key", "app_id");

-- What may be sent now, what waited longest first. What may not be sent yet is not read.
DROP INDEX "outbound_queued_idx";
CREATE INDEX "outbound_due_idx" ON "outbound" ("app_id", "not_before", "position") WHERE "state" = 'QUEUED';

-- What has become too late.
CREATE INDEX "outbound_not_after_idx" ON "outbound" ("app_id", "not_after") WHERE "state" = 'QUEUED' AND "not_after" IS NOT NULL;

-- What is uncertain: to be looked up, and to be sent again.
DROP INDEX "outbound_uncertain_idx";
CREATE INDEX "outbound_uncertain_idx" ON "outbound" ("app_id", "settled_at") WHERE "state" = 'UNCERTAIN';
CREATE INDEX "outbound_look_up_at_idx" ON "outbound" ("app_id", "look_up_at") WHERE "state" = 'UNCERTAIN' AND "look_up_at" IS NOT NULL;
CREATE INDEX "outbound_to_resend_idx" ON "outbound" ("app_id", "settled_at") WHERE "state" = 'UNCERTAIN' AND "resends_uncertain";

-- The newest of a person and of all. Few messages name several identities.
DROP INDEX "outbound_contact_id_idx";
CREATE INDEX "outbound_contact_id_idx" ON "outbound" ("contact_id", "created_at") WHERE "contact_id" IS NOT NULL;
DROP INDEX "outbound_identities_idx";
CREATE INDEX "outbound_identities_idx" ON "outbound" USING gin ("identities") WHERE cardinality("identities") > 1;
CREATE INDEX "outbound_identity_idx" ON "outbound" ((CASE WHEN cardinality("identities") = 1 THEN "identities"[1] END), "created_at");
DROP INDEX "outbound_created_at_idx";
CREATE INDEX "outbound_created_at_position_idx" ON "outbound" ("created_at", "position");

-- The id as the timeline has it, beside the ids of messages and events.
CREATE INDEX "outbound_id_text_idx" ON "outbound" (("id"::text COLLATE "C"));

-- Of several rows with one message, which Sinch never makes, the first is shown.
DROP INDEX "outbound_sinch_message_id_idx";
CREATE INDEX "outbound_sinch_message_id_idx" ON "outbound" ("sinch_message_id", "position") WHERE "sinch_message_id" IS NOT NULL;

-- A redaction takes this lock exclusively, before it writes anything. So either it finds a row that
-- gets its message's id in this transaction, or the row finds the redaction. Each statement of a
-- volatile function sees what was committed before it began, not what its caller's statement sees.
CREATE FUNCTION message_is_redacted(id TEXT) RETURNS BOOLEAN LANGUAGE plpgsql VOLATILE STRICT AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(727411901);
    RETURN EXISTS (SELECT FROM message AS m WHERE m.sinch_message_id = id AND m.redacted_at IS NOT NULL);
END
$$;

COMMENT ON FUNCTION message_is_redacted IS 'Whether Sinch has redacted a message. A redaction that is being written is awaited.';

CREATE FUNCTION outbound_without_text(request JSONB) RETURNS JSONB LANGUAGE sql IMMUTABLE AS $$
    SELECT jsonb_build_object('app_id', request -> 'app_id', 'recipient', request -> 'recipient')
$$;

COMMENT ON FUNCTION outbound_without_text IS 'What stays of a request when its message is redacted: metadata and settings may quote the text.';

-- Messages, inbound events, and outbound messages that no callback has named yet. Each arm is one
-- table, so that a page is read from its index. An outbound message whose row of message exists is
-- shown by that one alone. What is read of outbound there costs nothing where it is not asked for.
CREATE OR REPLACE VIEW "conversation_timeline" AS
SELECT m.conversation_id, m.created_at, m.happened_at, 'MESSAGE' AS entry, m.sinch_message_id AS id,
    m.direction::text AS direction, m.app_id,
    coalesce((SELECT r.root_id FROM contact_root AS r WHERE r.contact_id = m.contact_id), m.contact_id) AS contact_id,
    m.channel, m.identity, m.kind, m.text, m.content, m.status, m.status_at, m.reason_code,
    (SELECT o.id FROM outbound AS o WHERE o.sinch_message_id = m.sinch_message_id
        ORDER BY o.position LIMIT 1) AS outbound_id,
    (SELECT o.key FROM outbound AS o WHERE o.sinch_message_id = m.sinch_message_id
        ORDER BY o.position LIMIT 1) AS outbound_key,
    (SELECT o.state::text FROM outbound AS o WHERE o.sinch_message_id = m.sinch_message_id
        ORDER BY o.position LIMIT 1) AS outbound_state,
    (SELECT o.error_class FROM outbound AS o WHERE o.sinch_message_id = m.sinch_message_id
        ORDER BY o.position LIMIT 1) AS outbound_error_class,
    (SELECT o.error_message FROM outbound AS o WHERE o.sinch_message_id = m.sinch_message_id
        ORDER BY o.position LIMIT 1) AS outbound_error_message
FROM message AS m
UNION ALL
SELECT e.conversation_id, e.created_at, e.happened_at, 'EVENT', e.id,
    'TO_APP', e.app_id,
    coalesce((SELECT r.root_id FROM contact_root AS r WHERE r.contact_id = e.contact_id), e.contact_id),
    e.channel, e.identity, e.kind, NULL, e.content, NULL, NULL, NULL,
    NULL, NULL, NULL, NULL, NULL
FROM inbound_event AS e
UNION ALL
SELECT NULL, o.created_at, coalesce(o.sending_at, o.created_at), 'OUTBOUND', o.id::text COLLATE "C",
    'TO_CONTACT', o.app_id,
    coalesce((SELECT r.root_id FROM contact_root AS r WHERE r.contact_id = o.contact_id), o.contact_id),
    CASE WHEN jsonb_array_length(o.request #> '{recipient,identified_by,channel_identities}') = 1
        THEN o.request #>> '{recipient,identified_by,channel_identities,0,channel}' END COLLATE "C",
    CASE WHEN cardinality(o.identities) = 1 THEN o.identities[1] END,
    said.kind COLLATE "C",
    coalesce(said.message ->> 'text', said.message #>> '{text_message,text}',
        said.message ->> 'caption', said.message ->> 'title'),
    o.request -> 'message', NULL, NULL, NULL,
    o.id, o.key, o.state::text, o.error_class, o.error_message
FROM outbound AS o
LEFT JOIN LATERAL (
    SELECT name AS kind, value AS message FROM jsonb_each(o.request -> 'message') AS member(name, value)
    WHERE name LIKE '%\_message' AND name <> 'explicit_channel_message'
    ORDER BY name LIMIT 1
) AS said ON true
WHERE NOT EXISTS (SELECT FROM message AS m WHERE m.sinch_message_id = o.sinch_message_id);

COMMENT ON VIEW "conversation_timeline" IS 'Messages, inbound events, and outbound messages that no callback has named yet (entry OUTBOUND), each once, by time. Pages of long ones are read by created_at, the first receipt, which has an index. contact_id is the contact after merges.';
COMMENT ON COLUMN "conversation_timeline"."conversation_id" IS 'Null for OUTBOUND: Sinch has not named it yet. Such rows are found by identity or contact.';
COMMENT ON COLUMN "conversation_timeline"."id" IS 'Sinch''s; for OUTBOUND our own, since Sinch''s is not known or not confirmed.';
COMMENT ON COLUMN "conversation_timeline"."status" IS 'Of the delivery; null while there is no report.';
COMMENT ON COLUMN "conversation_timeline"."outbound_id" IS 'The row of outbound, of a message that was sent with one.';
COMMENT ON COLUMN "conversation_timeline"."outbound_state" IS 'Of the sending: QUEUED, SENDING, SENT, REFUSED, UNCERTAIN or DISCARDED.';
