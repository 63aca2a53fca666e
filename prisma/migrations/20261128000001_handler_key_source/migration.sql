-- CreateEnum
CREATE TYPE "handler_key_source" AS ENUM ('CONVERSATION', 'CONTACT', 'IDENTITY');

-- AlterTable
ALTER TABLE "handler" ADD COLUMN "key_source" "handler_key_source" NOT NULL DEFAULT 'CONVERSATION';

COMMENT ON COLUMN "handler"."key_source" IS 'What the keys of its tasks are made of; an event that lacks it counts by the next one.';

-- CreateIndex
CREATE INDEX "handler_task_run_id_idx" ON "handler_task" ("run_id") WHERE "state" = 'WAITING' AND "run_id" IS NOT NULL;
