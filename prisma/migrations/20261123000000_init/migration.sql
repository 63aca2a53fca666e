-- CreateEnum
CREATE TYPE "event_state" AS ENUM ('APPLIED', 'UNHANDLED', 'DEAD');

-- CreateEnum
CREATE TYPE "message_direction" AS ENUM ('TO_APP', 'TO_CONTACT');

-- CreateEnum
CREATE TYPE "conversation_state" AS ENUM ('ACTIVE', 'STOPPED', 'DELETED');

-- CreateEnum
CREATE TYPE "consent_state" AS ENUM ('OPTED_IN', 'OPTED_OUT');

-- CreateTable
CREATE TABLE "callback_event" (
    "event_key" TEXT NOT NULL,
    "trigger" TEXT NOT NULL,
    "entity_id" TEXT,
    "project_id" TEXT,
    "app_id" TEXT,
    "accepted_time" TIMESTAMPTZ(6),
    "event_time" TIMESTAMPTZ(6),
    "received_at" TIMESTAMPTZ(6) NOT NULL,
    "applied_at" TIMESTAMPTZ(6),
    "state" "event_state" NOT NULL,
    "attempts" INTEGER NOT NULL,
    "raw_body" TEXT NOT NULL,
    "raw_body_encoding" TEXT NOT NULL DEFAULT 'utf8',
    "payload" JSONB,

    CONSTRAINT "callback_event_pkey" PRIMARY KEY ("event_key")
);

-- CreateTable
CREATE TABLE "dead_letter" (
    "event_key" TEXT NOT NULL,
    "trigger" TEXT NOT NULL,
    "error_class" TEXT NOT NULL,
    "error_message" TEXT NOT NULL,
    "stack" TEXT,
    "attempts" JSONB NOT NULL,
    "first_failed_at" TIMESTAMPTZ(6) NOT NULL,
    "dead_at" TIMESTAMPTZ(6) NOT NULL,
    "replays" INTEGER NOT NULL DEFAULT 0,
    "replayed_at" TIMESTAMPTZ(6),
    "resolved_at" TIMESTAMPTZ(6),
    "resolution" TEXT,

    CONSTRAINT "dead_letter_pkey" PRIMARY KEY ("event_key")
);

-- CreateTable
CREATE TABLE "message" (
    "id" BIGSERIAL NOT NULL,
    "sinch_message_id" TEXT NOT NULL,
    "app_id" TEXT,
    "conversation_id" TEXT,
    "contact_id" TEXT,
    "reported_contact_id" TEXT,
    "channel" TEXT,
    "channel_identity" TEXT,
    "channel_stamp" TEXT,
    "status" TEXT,
    "status_rank" INTEGER,
    "status_at" TIMESTAMPTZ(6),
    "status_stamp" TEXT,
    "direction" "message_direction",
    "content" JSONB,
    "content_stamp" TEXT,
    "reason_code" TEXT,
    "reason_description" TEXT,
    "reason_stamp" TEXT,
    "metadata" TEXT,
    "correlation_id" TEXT,
    "processing_mode" TEXT,
    "created_at" TIMESTAMPTZ(6) NOT NULL,
    "last_updated_at" TIMESTAMPTZ(6) NOT NULL,

    CONSTRAINT "message_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "message_status" (
    "event_key" TEXT NOT NULL,
    "sinch_message_id" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "channel" TEXT,
    "event_time" TIMESTAMPTZ(6),
    "reason_code" TEXT,
    "reason_description" TEXT,

    CONSTRAINT "message_status_pkey" PRIMARY KEY ("event_key")
);

-- CreateTable
CREATE TABLE "message_channel" (
    "sinch_message_id" TEXT NOT NULL,
    "channel" TEXT NOT NULL,
    "channel_identity" TEXT,
    "status" TEXT,
    "status_rank" INTEGER,
    "status_at" TIMESTAMPTZ(6),
    "status_stamp" TEXT,
    "reason_code" TEXT,
    "reason_description" TEXT,
    "reason_stamp" TEXT,

    CONSTRAINT "message_channel_pkey" PRIMARY KEY ("sinch_message_id","channel")
);

-- CreateTable
CREATE TABLE "message_analysis" (
    "sinch_message_id" TEXT NOT NULL,
    "contact_id" TEXT,
    "reported_contact_id" TEXT,
    "conversation_id" TEXT,
    "results" JSONB,
    "results_stamp" TEXT,

    CONSTRAINT "message_analysis_pkey" PRIMARY KEY ("sinch_message_id")
);

-- CreateTable
CREATE TABLE "conversation" (
    "id" BIGSERIAL NOT NULL,
    "sinch_conversation_id" TEXT NOT NULL,
    "app_id" TEXT,
    "contact_id" TEXT,
    "reported_contact_id" TEXT,
    "active_channel" TEXT,
    "channel_stamp" TEXT,
    "state" "conversation_state",
    "state_stamp" TEXT,
    "metadata" TEXT,
    "metadata_json" JSONB,
    "correlation_id" TEXT,
    "details_stamp" TEXT,
    "created_at" TIMESTAMPTZ(6) NOT NULL,
    "last_updated_at" TIMESTAMPTZ(6) NOT NULL,

    CONSTRAINT "conversation_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "contact" (
    "id" BIGSERIAL NOT NULL,
    "sinch_contact_id" TEXT NOT NULL,
    "display_name" TEXT,
    "email" TEXT,
    "external_id" TEXT,
    "metadata" TEXT,
    "language" TEXT,
    "channel_priority" JSONB,
    "profile_stamp" TEXT,
    "deleted_at" TIMESTAMPTZ(6),
    "merged_into_contact_id" TEXT,
    "created_at" TIMESTAMPTZ(6) NOT NULL,
    "last_updated_at" TIMESTAMPTZ(6),

    CONSTRAINT "contact_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "contact_identity" (
    "sinch_contact_id" TEXT NOT NULL,
    "contact_id" TEXT,
    "channel" TEXT NOT NULL,
    "identity" TEXT NOT NULL,
    "app_id" TEXT NOT NULL DEFAULT '',
    "listed_stamp" TEXT,
    "removed" BOOLEAN NOT NULL DEFAULT false,
    "created_at" TIMESTAMPTZ(6) NOT NULL,

    CONSTRAINT "contact_identity_pkey" PRIMARY KEY ("sinch_contact_id","channel","identity","app_id")
);

-- CreateTable
CREATE TABLE "contact_duplicate" (
    "sinch_contact_id" TEXT NOT NULL,
    "channel" TEXT NOT NULL,
    "other_contact_ids" JSONB,
    "reported_at" TIMESTAMPTZ(6),
    "others_stamp" TEXT,

    CONSTRAINT "contact_duplicate_pkey" PRIMARY KEY ("sinch_contact_id","channel")
);

-- CreateTable
CREATE TABLE "consent" (
    "app_id" TEXT NOT NULL,
    "reported_contact_id" TEXT NOT NULL,
    "contact_id" TEXT,
    "channel" TEXT NOT NULL,
    "identity" TEXT NOT NULL,
    "state" "consent_state" NOT NULL,
    "consent_at" TIMESTAMPTZ(6),
    "consent_stamp" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL,
    "last_updated_at" TIMESTAMPTZ(6) NOT NULL,

    CONSTRAINT "consent_pkey" PRIMARY KEY ("app_id","reported_contact_id","channel","identity")
);

-- CreateTable
CREATE TABLE "capability" (
    "app_id" TEXT NOT NULL,
    "reported_contact_id" TEXT NOT NULL,
    "contact_id" TEXT,
    "channel" TEXT NOT NULL,
    "identity" TEXT NOT NULL,
    "status" TEXT,
    "channel_capabilities" JSONB,
    "reason_code" TEXT,
    "answered_at" TIMESTAMPTZ(6),
    "capability_stamp" TEXT,

    CONSTRAINT "capability_pkey" PRIMARY KEY ("app_id","reported_contact_id","channel","identity")
);

-- CreateTable
CREATE TABLE "inbound_event" (
    "id" TEXT NOT NULL,
    "app_id" TEXT,
    "contact_id" TEXT,
    "reported_contact_id" TEXT,
    "conversation_id" TEXT,
    "processing_mode" TEXT,
    "kind" TEXT,
    "content" JSONB,
    "channel" TEXT,
    "channel_identity" TEXT,
    "accepted_at" TIMESTAMPTZ(6),
    "event_stamp" TEXT,

    CONSTRAINT "inbound_event_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "event_delivery" (
    "sinch_event_id" TEXT NOT NULL,
    "app_id" TEXT,
    "contact_id" TEXT,
    "reported_contact_id" TEXT,
    "conversation_id" TEXT,
    "channel" TEXT,
    "channel_identity" TEXT,
    "metadata" TEXT,
    "status" TEXT,
    "status_rank" INTEGER,
    "status_at" TIMESTAMPTZ(6),
    "status_stamp" TEXT,
    "reason_code" TEXT,
    "reason_description" TEXT,
    "reason_stamp" TEXT,

    CONSTRAINT "event_delivery_pkey" PRIMARY KEY ("sinch_event_id")
);

-- CreateTable
CREATE TABLE "channel_event" (
    "event_key" TEXT NOT NULL,
    "app_id" TEXT,
    "channel" TEXT,
    "event_type" TEXT,
    "additional_data" JSONB,
    "happened_at" TIMESTAMPTZ(6),
    "event_stamp" TEXT,

    CONSTRAINT "channel_event_pkey" PRIMARY KEY ("event_key")
);

-- CreateTable
CREATE TABLE "record" (
    "entity_id" TEXT NOT NULL,
    "contact_id" TEXT,
    "reported_contact_id" TEXT,
    "conversation_id" TEXT,
    "status" TEXT,
    "channel" TEXT,
    "reason_code" TEXT,
    "status_at" TIMESTAMPTZ(6),
    "record_stamp" TEXT,

    CONSTRAINT "record_pkey" PRIMARY KEY ("entity_id")
);

-- CreateTable
CREATE TABLE "batch" (
    "batch_id" TEXT NOT NULL,
    "app_id" TEXT,
    "status" TEXT,
    "batch_type" TEXT,
    "additional_data" JSONB,
    "status_at" TIMESTAMPTZ(6),
    "batch_stamp" TEXT,

    CONSTRAINT "batch_pkey" PRIMARY KEY ("batch_id")
);

-- CreateIndex
CREATE INDEX "callback_event_entity_id_idx" ON "callback_event"("entity_id");

-- CreateIndex
CREATE INDEX "callback_event_trigger_received_at_idx" ON "callback_event"("trigger", "received_at");

-- CreateIndex
CREATE INDEX "callback_event_state_received_at_idx" ON "callback_event"("state", "received_at");

-- CreateIndex
CREATE INDEX "dead_letter_resolved_at_dead_at_idx" ON "dead_letter"("resolved_at", "dead_at");

-- CreateIndex
CREATE UNIQUE INDEX "message_sinch_message_id_key" ON "message"("sinch_message_id");

-- CreateIndex
CREATE INDEX "message_conversation_id_idx" ON "message"("conversation_id");

-- CreateIndex
CREATE INDEX "message_contact_id_idx" ON "message"("contact_id");

-- CreateIndex
CREATE INDEX "message_reported_contact_id_idx" ON "message"("reported_contact_id");

-- CreateIndex
CREATE INDEX "message_status_last_updated_at_idx" ON "message"("status", "last_updated_at");

-- CreateIndex
CREATE INDEX "message_status_sinch_message_id_event_time_idx" ON "message_status"("sinch_message_id", "event_time");

-- CreateIndex
CREATE INDEX "message_analysis_reported_contact_id_idx" ON "message_analysis"("reported_contact_id");

-- CreateIndex
CREATE UNIQUE INDEX "conversation_sinch_conversation_id_key" ON "conversation"("sinch_conversation_id");

-- CreateIndex
CREATE INDEX "conversation_contact_id_idx" ON "conversation"("contact_id");

-- CreateIndex
CREATE INDEX "conversation_reported_contact_id_idx" ON "conversation"("reported_contact_id");

-- CreateIndex
CREATE UNIQUE INDEX "contact_sinch_contact_id_key" ON "contact"("sinch_contact_id");

-- CreateIndex
CREATE INDEX "contact_external_id_idx" ON "contact"("external_id");

-- CreateIndex
CREATE INDEX "contact_merged_into_contact_id_idx" ON "contact"("merged_into_contact_id");

-- CreateIndex
CREATE INDEX "contact_identity_identity_channel_idx" ON "contact_identity"("identity", "channel");

-- CreateIndex
CREATE INDEX "contact_identity_contact_id_idx" ON "contact_identity"("contact_id");

-- CreateIndex
CREATE INDEX "consent_identity_channel_idx" ON "consent"("identity", "channel");

-- CreateIndex
CREATE INDEX "consent_contact_id_idx" ON "consent"("contact_id");

-- CreateIndex
CREATE INDEX "consent_reported_contact_id_idx" ON "consent"("reported_contact_id");

-- CreateIndex
CREATE INDEX "capability_identity_channel_idx" ON "capability"("identity", "channel");

-- CreateIndex
CREATE INDEX "capability_reported_contact_id_idx" ON "capability"("reported_contact_id");

-- CreateIndex
CREATE INDEX "inbound_event_contact_id_idx" ON "inbound_event"("contact_id");

-- CreateIndex
CREATE INDEX "inbound_event_reported_contact_id_idx" ON "inbound_event"("reported_contact_id");

-- CreateIndex
CREATE INDEX "inbound_event_conversation_id_idx" ON "inbound_event"("conversation_id");

-- CreateIndex
CREATE INDEX "event_delivery_reported_contact_id_idx" ON "event_delivery"("reported_contact_id");

-- CreateIndex
CREATE INDEX "record_reported_contact_id_idx" ON "record"("reported_contact_id");

-- AddForeignKey
ALTER TABLE "dead_letter" ADD CONSTRAINT "dead_letter_event_key_fkey" FOREIGN KEY ("event_key") REFERENCES "callback_event"("event_key") ON DELETE RESTRICT ON UPDATE CASCADE;
