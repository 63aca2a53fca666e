-- The columns are added without a default, which rewrites nothing. Both indexes hold off writes to
-- dead_letter, and only those, while they are built: a few seconds for a million letters. (Built
-- CONCURRENTLY they would wait for ever for a second migrator that waits for this one.)
-- Existing letters get their fingerprint when a command first needs it.

-- CreateEnum
CREATE TYPE "dead_letter_run_action" AS ENUM ('REPLAY', 'DISCARD');

-- CreateEnum
CREATE TYPE "dead_letter_run_state" AS ENUM ('RUNNING', 'DONE', 'CANCELLED', 'FAILED');

-- AlterTable
ALTER TABLE "dead_letter" ADD COLUMN     "fingerprint" TEXT,
ADD COLUMN     "run_id" INTEGER;

-- CreateTable
CREATE TABLE "dead_letter_run" (
    "id" SERIAL NOT NULL,
    "action" "dead_letter_run_action" NOT NULL,
    "state" "dead_letter_run_state" NOT NULL,
    "operator" TEXT NOT NULL,
    "filter" JSONB NOT NULL,
    "matched" INTEGER NOT NULL,
    "queued" INTEGER NOT NULL DEFAULT 0,
    "discarded" INTEGER NOT NULL DEFAULT 0,
    "under_way" INTEGER NOT NULL DEFAULT 0,
    "skipped" INTEGER NOT NULL DEFAULT 0,
    "withdrawn" INTEGER NOT NULL DEFAULT 0,
    "cursor" TEXT,
    "error" TEXT,
    "started_at" TIMESTAMPTZ(6) NOT NULL,
    "updated_at" TIMESTAMPTZ(6) NOT NULL,
    "finished_at" TIMESTAMPTZ(6),

    CONSTRAINT "dead_letter_run_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "dead_letter_fingerprint_idx" ON "dead_letter"("fingerprint");

-- CreateIndex
CREATE INDEX "dead_letter_run_id_idx" ON "dead_letter"("run_id");
