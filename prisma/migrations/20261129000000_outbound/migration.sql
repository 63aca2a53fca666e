-- CreateEnum
CREATE TYPE "outbound_state" AS ENUM ('QUEUED', 'SENDING', 'SENT', 'REFUSED', 'UNCERTAIN', 'DISCARDED');

-- The row is also the memory of its key, so it outlives the sending. Columns that a send changes
-- stand together; the request comes last, and an update does not touch it.
CREATE TABLE "outbound" (
    "position" BIGSERIAL NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "not_before" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "sending_at" TIMESTAMPTZ(6),
    "held_until" TIMESTAMPTZ(6),
    "look_up_at" TIMESTAMPTZ(6),
    "settled_at" TIMESTAMPTZ(6),
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "lookups" INTEGER NOT NULL DEFAULT 0,
    "allows_opted_out" BOOLEAN NOT NULL DEFAULT false,
    "resends_uncertain" BOOLEAN NOT NULL DEFAULT false,
    "state" "outbound_state" NOT NULL DEFAULT 'QUEUED',
    "id" UUID NOT NULL,
    "holder" UUID,
    "sinch_message_id" TEXT COLLATE "C",
    "error_class" TEXT COLLATE "C",
    "error_message" TEXT,
    "app_id" TEXT COLLATE "C" NOT NULL,
    "key" TEXT COLLATE "C" NOT NULL,
    "lane" TEXT COLLATE "C" NOT NULL,
    "contact_id" TEXT COLLATE "C",
    "identities" TEXT[] COLLATE "C",
    "content_digest" BYTEA NOT NULL,
    "request" JSONB NOT NULL,

    CONSTRAINT "outbound_pkey" PRIMARY KEY ("id")
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05);

-- CreateIndex
CREATE UNIQUE INDEX "outbound_app_id_key_key" ON "outbound" ("app_id", "key");

-- CreateIndex: what is to be sent, oldest first.
CREATE INDEX "outbound_queued_idx" ON "outbound" ("app_id", "position") WHERE "state" = 'QUEUED';

-- CreateIndex: what is before a message of the same recipient.
CREATE INDEX "outbound_lane_idx" ON "outbound" ("app_id", "lane", "position") WHERE "state" = 'QUEUED';

-- CreateIndex: one message at a time to a recipient, whatever senders do.
CREATE UNIQUE INDEX "outbound_sending_key" ON "outbound" ("app_id", "lane") WHERE "state" = 'SENDING';

-- CreateIndex
CREATE INDEX "outbound_uncertain_idx" ON "outbound" ("app_id", "sending_at") WHERE "state" = 'UNCERTAIN';

-- CreateIndex
CREATE INDEX "outbound_sinch_message_id_idx" ON "outbound" ("sinch_message_id") WHERE "sinch_message_id" IS NOT NULL;

-- CreateIndex
CREATE INDEX "outbound_contact_id_idx" ON "outbound" ("contact_id") WHERE "contact_id" IS NOT NULL;

-- CreateIndex
CREATE INDEX "outbound_identities_idx" ON "outbound" USING gin ("identities");

-- CreateIndex
CREATE INDEX "outbound_created_at_idx" ON "outbound" USING brin ("created_at") WITH (autosummarize = on);

COMMENT ON TABLE "outbound" IS 'Messages that we were asked to send: one row for each key of an app. The row says SENDING before its request leaves, and what may have been sent is not sent again by itself.';
COMMENT ON COLUMN "outbound"."position" IS 'The order in which messages were queued. Those to one recipient leave in it.';
COMMENT ON COLUMN "outbound"."not_before" IS 'Not sent before then: later than created_at after a try that was refused for the moment.';
COMMENT ON COLUMN "outbound"."sending_at" IS 'When its last request was about to leave.';
COMMENT ON COLUMN "outbound"."held_until" IS 'Extended while the sender of a SENDING row lives. Past it, the row becomes UNCERTAIN.';
COMMENT ON COLUMN "outbound"."look_up_at" IS 'When an UNCERTAIN row is looked up in Sinch''s list next; null: no more.';
COMMENT ON COLUMN "outbound"."settled_at" IS 'When it got its state; null while it is QUEUED or SENDING.';
COMMENT ON COLUMN "outbound"."attempts" IS 'Requests that left, or may have.';
COMMENT ON COLUMN "outbound"."allows_opted_out" IS 'Sent although its recipient has opted out: the caller asked for it.';
COMMENT ON COLUMN "outbound"."resends_uncertain" IS 'Sent again where it is not known whether it was sent: the caller prefers twice over never.';
COMMENT ON COLUMN "outbound"."state" IS 'QUEUED; SENDING: its request may leave at any moment; SENT: Sinch has accepted it; REFUSED: Sinch or a consent refused it; UNCERTAIN: sent or not; DISCARDED: a person gave it up.';
COMMENT ON COLUMN "outbound"."id" IS 'The part of our marker that names the row. Sinch returns it with each report.';
COMMENT ON COLUMN "outbound"."holder" IS 'The process that sends it, or sent it last.';
COMMENT ON COLUMN "outbound"."sinch_message_id" IS 'The row of message. Null for a SENT row whose answer was unreadable, until a report names it.';
COMMENT ON COLUMN "outbound"."error_class" IS 'Why it was not sent, or why that is not known: refused, opted-out, rate-limited, unreachable, unanswered, holder-lost.';
COMMENT ON COLUMN "outbound"."key" IS 'The caller''s. The same key with other content is refused.';
COMMENT ON COLUMN "outbound"."lane" IS 'The recipient, in one spelling: one message at a time.';
COMMENT ON COLUMN "outbound"."contact_id" IS 'The contact that it is to, where the caller named one.';
COMMENT ON COLUMN "outbound"."identities" IS 'The identities that the caller named: digits only on phone channels.';
COMMENT ON COLUMN "outbound"."content_digest" IS 'Of what the caller gave, to recognise the same content.';
COMMENT ON COLUMN "outbound"."request" IS 'The body of the request, without our marker.';
