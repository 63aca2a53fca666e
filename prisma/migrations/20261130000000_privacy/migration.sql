-- A row that was emptied stays so: the writer puts no identity and no text into it again.
ALTER TABLE "message" ADD COLUMN "emptied_at" TIMESTAMPTZ(6);
ALTER TABLE "contact" ADD COLUMN "emptied_at" TIMESTAMPTZ(6);
ALTER TABLE "inbound_event" ADD COLUMN "emptied_at" TIMESTAMPTZ(6);
ALTER TABLE "reaction" ADD COLUMN "emptied_at" TIMESTAMPTZ(6);
ALTER TABLE "unsupported" ADD COLUMN "emptied_at" TIMESTAMPTZ(6);
ALTER TABLE "event_delivery" ADD COLUMN "emptied_at" TIMESTAMPTZ(6);

COMMENT ON COLUMN "message"."emptied_at" IS 'When its texts and identities were removed here, for its age or with its contact. They do not come back.';
COMMENT ON COLUMN "contact"."emptied_at" IS 'When what it holds was removed, after its deletion in Sinch. It does not come back.';
COMMENT ON COLUMN "inbound_event"."emptied_at" IS 'As in message.';
COMMENT ON COLUMN "reaction"."emptied_at" IS 'As in message.';
COMMENT ON COLUMN "unsupported"."emptied_at" IS 'As in message.';
COMMENT ON COLUMN "event_delivery"."emptied_at" IS 'As in message.';

-- CreateTable
CREATE TABLE "redaction" (
    "single" BOOLEAN NOT NULL DEFAULT true,
    "before" TIMESTAMPTZ(6) NOT NULL,

    CONSTRAINT "redaction_pkey" PRIMARY KEY ("single")
);

COMMENT ON TABLE "redaction" IS 'How far the redaction by age has come: one row, or none where there was no redaction.';
COMMENT ON COLUMN "redaction"."before" IS 'What happened before then is written redacted when it comes now.';
