-- CreateEnum
CREATE TYPE "handler_key_source" AS ENUM ('CONVERSATION', 'CONTACT', 'IDENTITY');

-- AlterTable
ALTER TABLE "handler" ADD COLUMN "key_source" "handler_key_source" NOT NULL DEFAULT 'CONVERSATION';

COMMENT ON COLUMN "handler"."key_source" IS 'What the keys of its tasks are made of; an event that lacks it counts by the next one.';
