-- CreateTable
CREATE TABLE "body_to_empty" (
    "event_digest" BYTEA NOT NULL,

    CONSTRAINT "body_to_empty_pkey" PRIMARY KEY ("event_digest")
);

COMMENT ON TABLE "body_to_empty" IS 'Events about what was emptied, whose bodies an open task or letter still needs. Once nothing does, the schedule empties them.';
