-- CreateEnum
CREATE TYPE "event_state" AS ENUM ('APPLIED', 'UNHANDLED', 'DEAD');

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

-- CreateIndex
CREATE INDEX "callback_event_entity_id_idx" ON "callback_event"("entity_id");

-- CreateIndex
CREATE INDEX "callback_event_trigger_received_at_idx" ON "callback_event"("trigger", "received_at");

-- CreateIndex
CREATE INDEX "callback_event_state_received_at_idx" ON "callback_event"("state", "received_at");

-- CreateIndex
CREATE INDEX "dead_letter_resolved_at_dead_at_idx" ON "dead_letter"("resolved_at", "dead_at");

-- AddForeignKey
ALTER TABLE "dead_letter" ADD CONSTRAINT "dead_letter_event_key_fkey" FOREIGN KEY ("event_key") REFERENCES "callback_event"("event_key") ON DELETE RESTRICT ON UPDATE CASCADE;
