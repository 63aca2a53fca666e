-- CreateEnum
CREATE TYPE "handler_state" AS ENUM ('ACTIVE', 'PAUSED', 'RETIRED');

-- CreateEnum
CREATE TYPE "handler_order" AS ENUM ('NONE', 'CONVERSATION', 'STRICT');

-- CreateEnum
CREATE TYPE "handler_task_state" AS ENUM ('WAITING', 'DONE', 'SKIPPED', 'DEAD', 'DISCARDED');

-- CreateTable
CREATE TABLE "handler" (
    "name" TEXT NOT NULL,
    "triggers" TEXT[],
    "order" "handler_order" NOT NULL,
    "state" "handler_state" NOT NULL DEFAULT 'ACTIVE',
    "active_from" TIMESTAMPTZ(6) NOT NULL,
    "gap_from" TIMESTAMPTZ(6),
    "seen_at" TIMESTAMPTZ(6) NOT NULL,

    CONSTRAINT "handler_pkey" PRIMARY KEY ("name")
);

COMMENT ON TABLE "handler" IS 'The handlers that a handlers process registered. Workers make tasks for those that are not retired.';
COMMENT ON COLUMN "handler"."triggers" IS 'The triggers whose events become tasks.';
COMMENT ON COLUMN "handler"."order" IS 'NONE; CONVERSATION: one task at a time for each key; STRICT: in order too, and a dead task holds its key.';
COMMENT ON COLUMN "handler"."state" IS 'ACTIVE; PAUSED: tasks are made and not run; RETIRED: no tasks are made.';
COMMENT ON COLUMN "handler"."active_from" IS 'Events that are applied from then on become tasks.';
COMMENT ON COLUMN "handler"."gap_from" IS 'Set while workers may not have read its row yet: events that were applied since then are looked through again.';
COMMENT ON COLUMN "handler"."seen_at" IS 'When a handlers process last had it, give or take ten seconds.';

-- The row is also the memory that the handler has had what happened, so it outlives its task.
CREATE TABLE "handler_task" (
    "position" BIGSERIAL NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "event_received_at" TIMESTAMPTZ(6) NOT NULL,
    "retry_at" TIMESTAMPTZ(6),
    "settled_at" TIMESTAMPTZ(6),
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "lost_starts" INTEGER NOT NULL DEFAULT 0,
    "replays" INTEGER NOT NULL DEFAULT 0,
    "state" "handler_task_state" NOT NULL DEFAULT 'WAITING',
    "occurrence" BYTEA NOT NULL,
    "event_digest" BYTEA NOT NULL,
    "handler" TEXT NOT NULL,
    "trigger" TEXT NOT NULL,
    "entity_id" TEXT COLLATE "C",
    "app_id" TEXT,
    "key" TEXT COLLATE "C",
    "cause" TEXT,
    "error_message" TEXT,
    "stack" TEXT,
    "fingerprint" TEXT,
    "failures" JSONB,
    "run_id" INTEGER,

    CONSTRAINT "handler_task_pkey" PRIMARY KEY ("handler", "occurrence")
) WITH (fillfactor = 85, autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_insert_scale_factor = 0.05);

COMMENT ON TABLE "handler_task" IS 'One thing that happened, for one handler: made in the transaction that applied its event.';
COMMENT ON COLUMN "handler_task"."position" IS 'The order in which workers made them.';
COMMENT ON COLUMN "handler_task"."event_received_at" IS 'With event_digest, names its row in callback_event.';
COMMENT ON COLUMN "handler_task"."retry_at" IS 'Not before then; null for one that has not failed.';
COMMENT ON COLUMN "handler_task"."attempts" IS 'Runs whose outcome was counted, since it was made or replayed.';
COMMENT ON COLUMN "handler_task"."lost_starts" IS 'Runs without an outcome, because their process ended, since the last run with one.';
COMMENT ON COLUMN "handler_task"."occurrence" IS 'Digest of what happened: the same for every copy of the callback.';
COMMENT ON COLUMN "handler_task"."key" IS 'The conversation, or else the contact or the identity, for handlers with an order.';
COMMENT ON COLUMN "handler_task"."cause" IS 'Why it is DEAD or SKIPPED.';
COMMENT ON COLUMN "handler_task"."fingerprint" IS 'What tasks with the same error share.';
COMMENT ON COLUMN "handler_task"."failures" IS 'Every failed run: [{replay, attempt, at, message}].';
COMMENT ON COLUMN "handler_task"."run_id" IS 'The run that replayed or discarded it last.';

-- CreateIndex
CREATE INDEX "handler_task_new_idx" ON "handler_task" ("handler", "position") WHERE "state" = 'WAITING' AND "retry_at" IS NULL;

-- CreateIndex
CREATE INDEX "handler_task_retry_idx" ON "handler_task" ("handler", "retry_at") WHERE "state" = 'WAITING' AND "retry_at" IS NOT NULL;

-- CreateIndex
CREATE INDEX "handler_task_key_idx" ON "handler_task" ("handler", "key", "position") WHERE "key" IS NOT NULL AND "state" IN ('WAITING', 'DEAD');

-- CreateIndex
CREATE INDEX "handler_task_dead_idx" ON "handler_task" ("handler", "settled_at") WHERE "state" = 'DEAD';

-- CreateIndex
CREATE INDEX "handler_task_created_at_idx" ON "handler_task" USING brin ("created_at") WITH (autosummarize = on);

-- CreateTable
CREATE TABLE "handler_hold" (
    "held_until" TIMESTAMPTZ(6) NOT NULL,
    "token" UUID NOT NULL DEFAULT gen_random_uuid(),
    "holder" UUID NOT NULL,
    "occurrence" BYTEA NOT NULL,
    "handler" TEXT NOT NULL,
    "key" TEXT COLLATE "C" NOT NULL,

    CONSTRAINT "handler_hold_pkey" PRIMARY KEY ("handler", "key")
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);

COMMENT ON TABLE "handler_hold" IS 'One key that is being worked on. Settling a task deletes its hold first: without a deleted row, nothing of it is written.';
COMMENT ON COLUMN "handler_hold"."held_until" IS 'Extended while the process lives; then the key is free again.';
COMMENT ON COLUMN "handler_hold"."holder" IS 'The process.';
COMMENT ON COLUMN "handler_hold"."key" IS 'Of the task; its occurrence, where the handler has no order.';
