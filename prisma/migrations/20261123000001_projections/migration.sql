-- The projections: rows that are joined from the facts of events, whatever their order.
--
-- Texts that are keys, ids, identities or words of Sinch sort by bytes (COLLATE "C"), as the writer
-- compares them. Columns that reports change stand together, so that an update logs few bytes.
-- No index names a column that an ordinary update changes: such an update stays in its page (HOT).
-- So pages are in the order of created_at, the first receipt, which reports do not move: happened_at
-- is the least of the times that they give, and later reports may give an earlier one.
-- Tables that are updated leave room in their pages (fillfactor), those that only grow are vacuumed
-- by what was inserted, so that index-only scans and the freezing of rows keep up.

-- CreateEnum
CREATE TYPE "message_direction" AS ENUM ('TO_APP', 'TO_CONTACT');

-- CreateEnum
CREATE TYPE "conversation_state" AS ENUM ('ACTIVE', 'STOPPED', 'DELETED');

-- CreateTable
CREATE TABLE "message" (
    "sinch_message_id" TEXT COLLATE "C" NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL,
    "happened_at" TIMESTAMPTZ(6) NOT NULL,
    "sent_at" TIMESTAMPTZ(6),
    "redacted_at" TIMESTAMPTZ(6),
    "updated_at" TIMESTAMPTZ(6) NOT NULL,
    "delivered_at" TIMESTAMPTZ(6),
    "read_at" TIMESTAMPTZ(6),
    "failed_at" TIMESTAMPTZ(6),
    "status_at" TIMESTAMPTZ(6),
    "direction" "message_direction",
    "status_rank" SMALLINT,
    "several_channels" BOOLEAN NOT NULL DEFAULT false,
    "status_stamp" BYTEA,
    "status" TEXT COLLATE "C",
    "reason_code" TEXT COLLATE "C",
    "reason_sub_code" TEXT COLLATE "C",
    "reason_channel_code" TEXT COLLATE "C",
    "reason_description" TEXT,
    "channel" TEXT COLLATE "C",
    "identity" TEXT COLLATE "C",
    "channel_identity" TEXT COLLATE "C",
    "app_id" TEXT COLLATE "C",
    "project_id" TEXT COLLATE "C",
    "conversation_id" TEXT COLLATE "C",
    "contact_id" TEXT COLLATE "C",
    "kind" TEXT COLLATE "C",
    "text" TEXT,
    "content" JSONB,
    "content_stamp" BYTEA,
    "metadata" TEXT,
    "channel_metadata" TEXT,
    "conversation_metadata" TEXT,
    "batch_id" TEXT COLLATE "C",
    "correlation_id" TEXT COLLATE "C",
    "processing_mode" TEXT COLLATE "C",
    "sender_id" TEXT COLLATE "C",
    "reply_to_message_id" TEXT COLLATE "C",

    CONSTRAINT "message_pkey" PRIMARY KEY ("sinch_message_id")
) WITH (fillfactor = 60, autovacuum_vacuum_scale_factor = 0.05);

-- CreateIndex
CREATE INDEX "message_identity_created_at_idx" ON "message"("identity", "created_at" DESC) WHERE "identity" IS NOT NULL;

-- CreateIndex
CREATE INDEX "message_conversation_id_created_at_idx" ON "message"("conversation_id", "created_at" DESC) WHERE "conversation_id" IS NOT NULL;

-- CreateIndex
CREATE INDEX "message_contact_id_created_at_idx" ON "message"("contact_id", "created_at" DESC) WHERE "contact_id" IS NOT NULL;

-- CreateIndex: by hash, since nothing bounds the length of a sender's metadata.
CREATE INDEX "message_metadata_idx" ON "message" USING hash ("metadata");

-- CreateIndex
CREATE INDEX "message_correlation_id_created_at_idx" ON "message"("correlation_id", "created_at" DESC) WHERE "correlation_id" IS NOT NULL;

-- CreateIndex
CREATE INDEX "message_batch_id_created_at_idx" ON "message"("batch_id", "created_at" DESC) WHERE "batch_id" IS NOT NULL;

-- CreateIndex: rows lie about in the order of their time, so that ranges of pages are enough. The
-- day is that of the view status_by_day.
CREATE INDEX "message_happened_at_idx" ON "message" USING brin ("happened_at", (("happened_at" AT TIME ZONE 'UTC')::date)) WITH (autosummarize = on);

COMMENT ON TABLE "message" IS 'A message in either direction, as far as its events say. One row a message.';
COMMENT ON COLUMN "message"."sinch_message_id" IS 'The id that Sinch gave it.';
COMMENT ON COLUMN "message"."created_at" IS 'Receipt of the first event about it. Indexes hold messages in this order.';
COMMENT ON COLUMN "message"."updated_at" IS 'Receipt of the last event about it.';
COMMENT ON COLUMN "message"."happened_at" IS 'When Sinch accepted it. The receipt of its first event where Sinch gives no time.';
COMMENT ON COLUMN "message"."sent_at" IS 'When Sinch accepted it for sending. Only for messages to a contact.';
COMMENT ON COLUMN "message"."redacted_at" IS 'When Sinch redacted its text.';
COMMENT ON COLUMN "message"."delivered_at" IS 'The first time that a DELIVERED report gives. The same for read_at and failed_at. They stay when the status moves on.';
COMMENT ON COLUMN "message"."status" IS 'That of the channel which is furthest (see message_channel). Absent while there is no report.';
COMMENT ON COLUMN "message"."status_rank" IS 'Between channels: 1 unknown, 10 QUEUED, 15 SWITCHING_CHANNEL, 20 QUEUED_ON_CHANNEL, 30 FAILED, 40 DELIVERED, 50 READ. 0 while only a submit or an inbound message gave the channel.';
COMMENT ON COLUMN "message"."status_stamp" IS 'Orders reports: rank, time and digest of the report whose status is shown. The greatest wins.';
COMMENT ON COLUMN "message"."several_channels" IS 'More than one channel, or SWITCHING_CHANNEL, was seen: the status is computed from message_channel.';
COMMENT ON COLUMN "message"."reason_code" IS 'Why the status shown is a failure. Absent for all others.';
COMMENT ON COLUMN "message"."channel" IS 'The channel whose status is shown.';
COMMENT ON COLUMN "message"."identity" IS 'Where the contact is reached on that channel: digits only on phone channels.';
COMMENT ON COLUMN "message"."channel_identity" IS 'The same as Sinch sent it.';
COMMENT ON COLUMN "message"."contact_id" IS 'The contact as reported. contact_root says which contact it is after merges.';
COMMENT ON COLUMN "message"."kind" IS 'The kind of content, such as text_message.';
COMMENT ON COLUMN "message"."text" IS 'Its text, caption or title, where it has one.';
COMMENT ON COLUMN "message"."content_stamp" IS 'Orders contents: a redaction outranks every original, then the later wins.';
COMMENT ON COLUMN "message"."metadata" IS 'The message_metadata that its sender gave, and nothing else.';
COMMENT ON COLUMN "message"."channel_metadata" IS 'What the channel added to a report or to an inbound message.';
COMMENT ON COLUMN "message"."conversation_metadata" IS 'The conversation_metadata of the send that an inbound message answers.';
COMMENT ON COLUMN "message"."batch_id" IS 'The batch that it was sent with.';

-- CreateTable: an index of message.failed_at would be written with every report that a message
-- failed, and all other indexes of the message with it.
CREATE TABLE "message_failure" (
    "sinch_message_id" TEXT COLLATE "C" NOT NULL,
    "failed_at" TIMESTAMPTZ(6) NOT NULL,
    "app_id" TEXT COLLATE "C",

    CONSTRAINT "message_failure_pkey" PRIMARY KEY ("sinch_message_id")
) WITH (autovacuum_vacuum_insert_scale_factor = 0.05);

-- CreateIndex
CREATE INDEX "message_failure_app_id_failed_at_idx" ON "message_failure"("app_id", "failed_at" DESC);

COMMENT ON TABLE "message_failure" IS 'Messages that a channel has reported as FAILED, by app and time. Whether they are failed still says message_failed.';
COMMENT ON COLUMN "message_failure"."failed_at" IS 'The same as message.failed_at.';

-- CreateTable
CREATE TABLE "message_status" (
    "received_at" TIMESTAMPTZ(6) NOT NULL,
    "event_time" TIMESTAMPTZ(6),
    "rank" SMALLINT NOT NULL,
    "sinch_message_id" TEXT COLLATE "C" NOT NULL,
    "status" TEXT COLLATE "C" NOT NULL,
    "channel" TEXT COLLATE "C",
    "identity" TEXT COLLATE "C",
    "channel_identity" TEXT COLLATE "C",
    "event_digest" BYTEA NOT NULL,
    "reason_digest" BYTEA,
    "reason_code" TEXT COLLATE "C",
    "reason_sub_code" TEXT COLLATE "C",
    "reason_channel_code" TEXT COLLATE "C",
    "reason_description" TEXT
) WITH (autovacuum_vacuum_insert_scale_factor = 0.05);

-- CreateIndex
CREATE UNIQUE INDEX "message_status_report_key" ON "message_status"("sinch_message_id", "event_time", "status", "channel", "identity") NULLS NOT DISTINCT;

COMMENT ON TABLE "message_status" IS 'Every delivery report, once, however often and in whatever serialisation it came.';
COMMENT ON COLUMN "message_status"."received_at" IS 'The first receipt of it.';
COMMENT ON COLUMN "message_status"."event_digest" IS 'The event that was received first.';
COMMENT ON COLUMN "message_status"."rank" IS 'Within a channel: 1 unknown, 10 QUEUED, 20 QUEUED_ON_CHANNEL, 25 SWITCHING_CHANNEL, 30 FAILED, 40 DELIVERED, 50 READ.';
COMMENT ON COLUMN "message_status"."reason_digest" IS 'The event that the reason is taken from: of several copies with a reason the one with the greatest digest.';

-- CreateTable
CREATE TABLE "message_channel" (
    "sinch_message_id" TEXT COLLATE "C" NOT NULL,
    "channel" TEXT COLLATE "C" NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL,
    "updated_at" TIMESTAMPTZ(6) NOT NULL,
    "status_at" TIMESTAMPTZ(6),
    "status_rank" SMALLINT NOT NULL,
    "status_stamp" BYTEA NOT NULL,
    "status" TEXT COLLATE "C" NOT NULL,
    "reason_code" TEXT COLLATE "C",
    "reason_sub_code" TEXT COLLATE "C",
    "reason_channel_code" TEXT COLLATE "C",
    "reason_description" TEXT,
    "identity" TEXT COLLATE "C",
    "channel_identity" TEXT COLLATE "C",

    CONSTRAINT "message_channel_pkey" PRIMARY KEY ("sinch_message_id","channel")
) WITH (fillfactor = 85, autovacuum_vacuum_scale_factor = 0.05);

COMMENT ON TABLE "message_channel" IS 'How far a message is on each channel that it was tried on.';
COMMENT ON COLUMN "message_channel"."channel" IS 'Empty for reports that name none.';
COMMENT ON COLUMN "message_channel"."status_rank" IS 'Within a channel, as in message_status.';
COMMENT ON COLUMN "message_channel"."status_stamp" IS 'Orders reports of this channel: rank, then the later time, for FAILED and SWITCHING_CHANNEL the earlier one, then the digest. The greatest wins.';

-- CreateTable
CREATE TABLE "message_analysis" (
    "sinch_message_id" TEXT COLLATE "C" NOT NULL,
    "contact_id" TEXT COLLATE "C",
    "conversation_id" TEXT COLLATE "C",
    "results" JSONB,
    "results_stamp" BYTEA,
    "created_at" TIMESTAMPTZ(6) NOT NULL,
    "updated_at" TIMESTAMPTZ(6) NOT NULL,

    CONSTRAINT "message_analysis_pkey" PRIMARY KEY ("sinch_message_id")
) WITH (fillfactor = 90);

COMMENT ON TABLE "message_analysis" IS 'The latest results of an analysis of a message.';
COMMENT ON COLUMN "message_analysis"."results_stamp" IS 'Orders results: time and digest. The greatest wins.';

-- CreateTable
CREATE TABLE "conversation" (
    "sinch_conversation_id" TEXT COLLATE "C" NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL,
    "started_at" TIMESTAMPTZ(6),
    "stopped_at" TIMESTAMPTZ(6),
    "updated_at" TIMESTAMPTZ(6) NOT NULL,
    "channel_stamp" BYTEA,
    "active_channel" TEXT COLLATE "C",
    "started" BOOLEAN NOT NULL DEFAULT false,
    "stopped_without_time" BOOLEAN NOT NULL DEFAULT false,
    "deleted" BOOLEAN NOT NULL DEFAULT false,
    "state" "conversation_state" GENERATED ALWAYS AS (
        CASE
            WHEN "deleted" THEN 'DELETED'::"conversation_state"
            WHEN "stopped_without_time" THEN 'STOPPED'::"conversation_state"
            WHEN "stopped_at" IS NOT NULL AND ("started_at" IS NULL OR "stopped_at" >= "started_at") THEN 'STOPPED'::"conversation_state"
            WHEN "started" THEN 'ACTIVE'::"conversation_state"
        END
    ) STORED,
    "app_id" TEXT COLLATE "C",
    "contact_id" TEXT COLLATE "C",
    "metadata" TEXT,
    "metadata_json" JSONB,
    "correlation_id" TEXT COLLATE "C",
    "details_stamp" BYTEA,

    CONSTRAINT "conversation_pkey" PRIMARY KEY ("sinch_conversation_id")
) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.05);

-- CreateIndex
CREATE INDEX "conversation_contact_id_idx" ON "conversation"("contact_id");

COMMENT ON TABLE "conversation" IS 'A conversation, as far as its events say.';
COMMENT ON COLUMN "conversation"."state" IS 'Follows from the columns beside it. Absent while only messages have named the conversation.';
COMMENT ON COLUMN "conversation"."started_at" IS 'The latest start that has a time, and stopped_at the latest stop.';
COMMENT ON COLUMN "conversation"."stopped_without_time" IS 'A stop came without a time, as Sinch''s samples do: it holds for good.';
COMMENT ON COLUMN "conversation"."active_channel" IS 'The channel that was used last.';
COMMENT ON COLUMN "conversation"."channel_stamp" IS 'Orders uses of channels: time and digest. The greatest wins.';
COMMENT ON COLUMN "conversation"."contact_id" IS 'The contact as reported. contact_root says which contact it is after merges.';
COMMENT ON COLUMN "conversation"."details_stamp" IS 'Orders descriptions (metadata, metadata_json, correlation_id): time and digest. The greatest wins.';

-- CreateTable
CREATE TABLE "contact" (
    "sinch_contact_id" TEXT COLLATE "C" NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL,
    "updated_at" TIMESTAMPTZ(6),
    "deleted_at" TIMESTAMPTZ(6),
    "display_name" TEXT,
    "email" TEXT,
    "external_id" TEXT,
    "metadata" TEXT,
    "language" TEXT COLLATE "C",
    "channel_priority" JSONB,
    "profile_stamp" BYTEA,

    CONSTRAINT "contact_pkey" PRIMARY KEY ("sinch_contact_id")
) WITH (fillfactor = 90);

-- CreateIndex: by hash, since nothing bounds the length of an external id.
CREATE INDEX "contact_external_id_idx" ON "contact" USING hash ("external_id");

COMMENT ON TABLE "contact" IS 'A contact as Sinch named it. contact_current has one row for all contacts that were merged.';
COMMENT ON COLUMN "contact"."created_at" IS 'Receipt of the first event that names it.';
COMMENT ON COLUMN "contact"."updated_at" IS 'Receipt of the last event that describes it. Absent while it was only named.';
COMMENT ON COLUMN "contact"."deleted_at" IS 'When it was deleted or merged into another one. Sinch never uses an id again.';
COMMENT ON COLUMN "contact"."profile_stamp" IS 'Orders profiles: time, then CREATE before UPDATE before DELETE, then digest. The greatest wins.';

-- CreateTable
CREATE TABLE "contact_merge" (
    "deleted_contact_id" TEXT COLLATE "C" NOT NULL,
    "preserved_contact_id" TEXT COLLATE "C" NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL,
    "updated_at" TIMESTAMPTZ(6) NOT NULL,

    CONSTRAINT "contact_merge_pkey" PRIMARY KEY ("deleted_contact_id","preserved_contact_id")
) WITH (autovacuum_vacuum_insert_scale_factor = 0.05);

-- CreateIndex
CREATE INDEX "contact_merge_preserved_contact_id_idx" ON "contact_merge"("preserved_contact_id");

COMMENT ON TABLE "contact_merge" IS 'Every merge of two contacts that Sinch reported.';

-- CreateTable
CREATE TABLE "contact_root" (
    "contact_id" TEXT COLLATE "C" NOT NULL,
    "root_id" TEXT COLLATE "C" NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL,
    "updated_at" TIMESTAMPTZ(6) NOT NULL,

    CONSTRAINT "contact_root_pkey" PRIMARY KEY ("contact_id")
) WITH (fillfactor = 90);

-- CreateIndex
CREATE INDEX "contact_root_root_id_idx" ON "contact_root"("root_id");

COMMENT ON TABLE "contact_root" IS 'The contact that lives on, for each contact that is in a merge, itself included. A contact without a row is its own root.';
COMMENT ON COLUMN "contact_root"."root_id" IS 'Of all contacts that merges connect, the one that was merged into no other. Of several the least, and in a circle the least of all.';

-- CreateTable
CREATE TABLE "contact_identity" (
    "sinch_contact_id" TEXT COLLATE "C" NOT NULL,
    "channel" TEXT COLLATE "C" NOT NULL,
    "identity" TEXT COLLATE "C" NOT NULL,
    "app_id" TEXT COLLATE "C" NOT NULL DEFAULT '',
    "channel_identity" TEXT COLLATE "C",
    "created_at" TIMESTAMPTZ(6) NOT NULL,
    "updated_at" TIMESTAMPTZ(6),
    "listed_stamp" BYTEA,

    CONSTRAINT "contact_identity_pkey" PRIMARY KEY ("sinch_contact_id","channel","identity","app_id")
) WITH (fillfactor = 90);

-- CreateIndex
CREATE INDEX "contact_identity_identity_channel_idx" ON "contact_identity"("identity", "channel");

COMMENT ON TABLE "contact_identity" IS 'Where a contact is or was reached. contact_current has those that its latest profile lists.';
COMMENT ON COLUMN "contact_identity"."identity" IS 'Digits only on phone channels.';
COMMENT ON COLUMN "contact_identity"."channel_identity" IS 'The same as Sinch sent it. Of several spellings the greatest.';
COMMENT ON COLUMN "contact_identity"."app_id" IS 'Empty where the identity is the same for all apps.';
COMMENT ON COLUMN "contact_identity"."updated_at" IS 'Receipt of the last profile that lists it. Absent where none does.';
COMMENT ON COLUMN "contact_identity"."listed_stamp" IS 'The stamp of the last profile that lists it (contact.profile_stamp). Absent where only a message or a consent named it.';

-- CreateTable
CREATE TABLE "contact_duplicate" (
    "sinch_contact_id" TEXT COLLATE "C" NOT NULL,
    "channel" TEXT COLLATE "C" NOT NULL,
    "other_contact_ids" JSONB,
    "reported_at" TIMESTAMPTZ(6),
    "others_stamp" BYTEA,
    "created_at" TIMESTAMPTZ(6) NOT NULL,
    "updated_at" TIMESTAMPTZ(6) NOT NULL,

    CONSTRAINT "contact_duplicate_pkey" PRIMARY KEY ("sinch_contact_id","channel")
) WITH (fillfactor = 90);

COMMENT ON TABLE "contact_duplicate" IS 'The contacts that share an identity with a contact on a channel, by the latest report.';
COMMENT ON COLUMN "contact_duplicate"."others_stamp" IS 'Orders reports: time and digest. The greatest wins.';

-- CreateTable
CREATE TABLE "consent_event" (
    "consent_key" BYTEA NOT NULL,
    "app_id" TEXT COLLATE "C" NOT NULL DEFAULT '',
    "contact_id" TEXT COLLATE "C",
    "channel" TEXT COLLATE "C" NOT NULL,
    "identity" TEXT COLLATE "C",
    "channel_identity" TEXT COLLATE "C",
    "kind" TEXT COLLATE "C" NOT NULL,
    "status" TEXT COLLATE "C",
    "effect" TEXT COLLATE "C",
    "request_id" TEXT COLLATE "C",
    "time_text" TEXT,
    "happened_at" TIMESTAMPTZ(6),
    "order_at" TIMESTAMPTZ(6) NOT NULL,
    "received_at" TIMESTAMPTZ(6) NOT NULL,
    "repeated_at" TIMESTAMPTZ(6),
    "nonce" TEXT,
    "event_digest" BYTEA NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL,
    "updated_at" TIMESTAMPTZ(6) NOT NULL,

    CONSTRAINT "consent_event_pkey" PRIMARY KEY ("consent_key")
) WITH (autovacuum_vacuum_insert_scale_factor = 0.05);

-- CreateIndex
CREATE INDEX "consent_event_identity_channel_idx" ON "consent_event"("identity", "channel") WHERE "identity" IS NOT NULL;

-- CreateIndex
CREATE INDEX "consent_event_contact_id_idx" ON "consent_event"("contact_id") WHERE "contact_id" IS NOT NULL;

COMMENT ON TABLE "consent_event" IS 'Every opt-in and opt-out: who, when, by which event. It is the proof and is never pruned. consent_current says what follows from it.';
COMMENT ON COLUMN "consent_event"."consent_key" IS 'Digest of the request id, or of everything that tells two words apart. Of several events with one key the first that was received fills the row.';
COMMENT ON COLUMN "consent_event"."app_id" IS 'Empty where Sinch names none.';
COMMENT ON COLUMN "consent_event"."contact_id" IS 'The contact as reported. Absent in DISPATCH mode.';
COMMENT ON COLUMN "consent_event"."identity" IS 'Digits only on phone channels. Absent: the word is about all identities of the contact on the channel.';
COMMENT ON COLUMN "consent_event"."effect" IS 'IN or OUT. Absent where it changes nothing (failed, or an opt-in with an unspecified status).';
COMMENT ON COLUMN "consent_event"."time_text" IS 'Its time as Sinch wrote it, readable or not.';
COMMENT ON COLUMN "consent_event"."order_at" IS 'Its time, or that of its receipt where it has none that can be believed.';
COMMENT ON COLUMN "consent_event"."repeated_at" IS 'For an opt-out without a time: the last time that it was said. The later of this and order_at counts.';
COMMENT ON COLUMN "consent_event"."nonce" IS 'Of the signature: a copy with another one was signed again.';

-- CreateTable
CREATE TABLE "capability" (
    "app_id" TEXT COLLATE "C" NOT NULL,
    "contact_id" TEXT COLLATE "C" NOT NULL,
    "channel" TEXT COLLATE "C" NOT NULL,
    "identity" TEXT COLLATE "C" NOT NULL,
    "channel_identity" TEXT COLLATE "C",
    "status" TEXT COLLATE "C",
    "channel_capabilities" JSONB,
    "reason_code" TEXT COLLATE "C",
    "answered_at" TIMESTAMPTZ(6),
    "capability_stamp" BYTEA,
    "created_at" TIMESTAMPTZ(6) NOT NULL,
    "updated_at" TIMESTAMPTZ(6) NOT NULL,

    CONSTRAINT "capability_pkey" PRIMARY KEY ("app_id","contact_id","channel","identity")
) WITH (fillfactor = 90);

-- CreateIndex
CREATE INDEX "capability_identity_channel_idx" ON "capability"("identity", "channel");

COMMENT ON TABLE "capability" IS 'What a channel can do for an identity, by the latest answer.';
COMMENT ON COLUMN "capability"."contact_id" IS 'The contact as reported. Empty in DISPATCH mode.';
COMMENT ON COLUMN "capability"."capability_stamp" IS 'Orders answers: time and digest. The greatest wins.';

-- CreateTable
CREATE TABLE "inbound_event" (
    "id" TEXT COLLATE "C" NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL,
    "happened_at" TIMESTAMPTZ(6) NOT NULL,
    "accepted_at" TIMESTAMPTZ(6),
    "updated_at" TIMESTAMPTZ(6) NOT NULL,
    "app_id" TEXT COLLATE "C",
    "contact_id" TEXT COLLATE "C",
    "conversation_id" TEXT COLLATE "C",
    "processing_mode" TEXT COLLATE "C",
    "kind" TEXT COLLATE "C",
    "content" JSONB,
    "channel" TEXT COLLATE "C",
    "identity" TEXT COLLATE "C",
    "channel_identity" TEXT COLLATE "C",
    "event_stamp" BYTEA,

    CONSTRAINT "inbound_event_pkey" PRIMARY KEY ("id")
) WITH (autovacuum_vacuum_insert_scale_factor = 0.05);

-- CreateIndex
CREATE INDEX "inbound_event_contact_id_created_at_idx" ON "inbound_event"("contact_id", "created_at" DESC) WHERE "contact_id" IS NOT NULL;

-- CreateIndex
CREATE INDEX "inbound_event_conversation_id_created_at_idx" ON "inbound_event"("conversation_id", "created_at" DESC) WHERE "conversation_id" IS NOT NULL;

COMMENT ON TABLE "inbound_event" IS 'Something a contact did other than writing.';
COMMENT ON COLUMN "inbound_event"."id" IS 'Sinch''s id, or the event''s digest where Sinch gave none.';
COMMENT ON COLUMN "inbound_event"."happened_at" IS 'When Sinch accepted it, or else its receipt.';
COMMENT ON COLUMN "inbound_event"."event_stamp" IS 'Orders versions of the same event: time and digest. The greatest wins.';

-- CreateTable
CREATE TABLE "reaction" (
    "id" TEXT COLLATE "C" NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL,
    "happened_at" TIMESTAMPTZ(6) NOT NULL,
    "updated_at" TIMESTAMPTZ(6) NOT NULL,
    "app_id" TEXT COLLATE "C",
    "sinch_message_id" TEXT COLLATE "C",
    "emoji" TEXT COLLATE "C",
    "action" TEXT COLLATE "C",
    "category" TEXT COLLATE "C",
    "contact_id" TEXT COLLATE "C",
    "channel" TEXT COLLATE "C",
    "identity" TEXT COLLATE "C",
    "channel_identity" TEXT COLLATE "C",

    CONSTRAINT "reaction_pkey" PRIMARY KEY ("id")
) WITH (autovacuum_vacuum_insert_scale_factor = 0.05);

-- CreateIndex
CREATE INDEX "reaction_sinch_message_id_idx" ON "reaction"("sinch_message_id");

COMMENT ON TABLE "reaction" IS 'A contact''s reaction to a message. inbound_event has a row with the same id.';

-- CreateTable
CREATE TABLE "unsupported" (
    "id" TEXT COLLATE "C" NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL,
    "happened_at" TIMESTAMPTZ(6) NOT NULL,
    "updated_at" TIMESTAMPTZ(6) NOT NULL,
    "app_id" TEXT COLLATE "C",
    "channel" TEXT COLLATE "C",
    "payload" TEXT,
    "contact_id" TEXT COLLATE "C",
    "conversation_id" TEXT COLLATE "C",
    "identity" TEXT COLLATE "C",
    "channel_identity" TEXT COLLATE "C",

    CONSTRAINT "unsupported_pkey" PRIMARY KEY ("id")
) WITH (autovacuum_vacuum_insert_scale_factor = 0.05);

COMMENT ON TABLE "unsupported" IS 'What a channel sent and Sinch has no shape for.';
COMMENT ON COLUMN "unsupported"."id" IS 'Sinch''s id, or the event''s digest where Sinch gave none.';
COMMENT ON COLUMN "unsupported"."payload" IS 'As the channel wrote it.';

-- CreateTable
CREATE TABLE "event_delivery" (
    "sinch_event_id" TEXT COLLATE "C" NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL,
    "updated_at" TIMESTAMPTZ(6) NOT NULL,
    "status_at" TIMESTAMPTZ(6),
    "status_rank" SMALLINT,
    "several_channels" BOOLEAN NOT NULL DEFAULT false,
    "status_stamp" BYTEA,
    "status" TEXT COLLATE "C",
    "reason_code" TEXT COLLATE "C",
    "reason_sub_code" TEXT COLLATE "C",
    "reason_channel_code" TEXT COLLATE "C",
    "reason_description" TEXT,
    "channel" TEXT COLLATE "C",
    "identity" TEXT COLLATE "C",
    "channel_identity" TEXT COLLATE "C",
    "app_id" TEXT COLLATE "C",
    "contact_id" TEXT COLLATE "C",
    "conversation_id" TEXT COLLATE "C",
    "metadata" TEXT,
    "processing_mode" TEXT COLLATE "C",

    CONSTRAINT "event_delivery_pkey" PRIMARY KEY ("sinch_event_id")
) WITH (fillfactor = 85);

COMMENT ON TABLE "event_delivery" IS 'How far an event to a contact is, by the rules of a message.';
COMMENT ON COLUMN "event_delivery"."status_stamp" IS 'Orders reports: rank, time and digest of the report whose status is shown. The greatest wins.';
COMMENT ON COLUMN "event_delivery"."several_channels" IS 'More than one channel, or SWITCHING_CHANNEL, was seen: the status is computed from event_delivery_channel.';

-- CreateTable
CREATE TABLE "event_delivery_channel" (
    "sinch_event_id" TEXT COLLATE "C" NOT NULL,
    "channel" TEXT COLLATE "C" NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL,
    "updated_at" TIMESTAMPTZ(6) NOT NULL,
    "status_at" TIMESTAMPTZ(6),
    "status_rank" SMALLINT NOT NULL,
    "status_stamp" BYTEA NOT NULL,
    "status" TEXT COLLATE "C" NOT NULL,
    "reason_code" TEXT COLLATE "C",
    "reason_sub_code" TEXT COLLATE "C",
    "reason_channel_code" TEXT COLLATE "C",
    "reason_description" TEXT,
    "identity" TEXT COLLATE "C",
    "channel_identity" TEXT COLLATE "C",

    CONSTRAINT "event_delivery_channel_pkey" PRIMARY KEY ("sinch_event_id","channel")
) WITH (fillfactor = 85);

COMMENT ON TABLE "event_delivery_channel" IS 'How far an event to a contact is on each channel that it was tried on.';
COMMENT ON COLUMN "event_delivery_channel"."status_stamp" IS 'Orders reports of this channel, as in message_channel. The greatest wins.';

-- CreateTable
CREATE TABLE "channel_event" (
    "content_digest" BYTEA NOT NULL,
    "event_digest" BYTEA NOT NULL,
    "app_id" TEXT COLLATE "C",
    "channel" TEXT COLLATE "C",
    "event_type" TEXT COLLATE "C",
    "additional_data" JSONB,
    "happened_at" TIMESTAMPTZ(6),
    "created_at" TIMESTAMPTZ(6) NOT NULL,
    "updated_at" TIMESTAMPTZ(6) NOT NULL,

    CONSTRAINT "channel_event_pkey" PRIMARY KEY ("content_digest")
) WITH (autovacuum_vacuum_insert_scale_factor = 0.05);

COMMENT ON TABLE "channel_event" IS 'A notice about a channel itself, once, in whatever serialisation it came.';
COMMENT ON COLUMN "channel_event"."content_digest" IS 'Digest of its content in canonical form.';
COMMENT ON COLUMN "channel_event"."event_digest" IS 'The event that was received first.';

-- CreateTable
CREATE TABLE "record" (
    "entity_id" TEXT COLLATE "C" NOT NULL,
    "contact_id" TEXT COLLATE "C",
    "conversation_id" TEXT COLLATE "C",
    "status" TEXT COLLATE "C",
    "channel" TEXT COLLATE "C",
    "reason_code" TEXT COLLATE "C",
    "status_at" TIMESTAMPTZ(6),
    "record_stamp" BYTEA,
    "created_at" TIMESTAMPTZ(6) NOT NULL,
    "updated_at" TIMESTAMPTZ(6) NOT NULL,

    CONSTRAINT "record_pkey" PRIMARY KEY ("entity_id")
) WITH (fillfactor = 90);

COMMENT ON TABLE "record" IS 'The state of the recording of something.';
COMMENT ON COLUMN "record"."record_stamp" IS 'Orders states: rank, time and digest. The greatest wins.';

-- CreateTable
CREATE TABLE "batch" (
    "batch_id" TEXT COLLATE "C" NOT NULL,
    "app_id" TEXT COLLATE "C",
    "status" TEXT COLLATE "C",
    "batch_type" TEXT COLLATE "C",
    "additional_data" JSONB,
    "status_at" TIMESTAMPTZ(6),
    "batch_stamp" BYTEA,
    "created_at" TIMESTAMPTZ(6) NOT NULL,
    "updated_at" TIMESTAMPTZ(6) NOT NULL,

    CONSTRAINT "batch_pkey" PRIMARY KEY ("batch_id")
) WITH (fillfactor = 90);

COMMENT ON TABLE "batch" IS 'The state of a batch of messages.';
COMMENT ON COLUMN "batch"."batch_stamp" IS 'Orders states: rank, time and digest. The greatest wins.';
