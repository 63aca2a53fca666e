-- AlterTable
ALTER TABLE "erasure" ADD COLUMN "key_id" TEXT,
ADD COLUMN "person" TEXT,
ADD COLUMN "position" TEXT,
ADD COLUMN "request" TEXT;

-- One that runs now keeps its person, and begins at the first page again: pages and their order differ.
UPDATE "erasure" SET "person" = "progress" ->> 'person' WHERE "progress" IS NOT NULL;

-- AlterTable
ALTER TABLE "erasure" DROP COLUMN "progress";

-- AlterTable: of the digests before now it is not known which ones were typed.
ALTER TABLE "erased_key" ADD COLUMN "is_typed" BOOLEAN NOT NULL DEFAULT true;
ALTER TABLE "erased_key" ALTER COLUMN "is_typed" SET DEFAULT false;

COMMENT ON COLUMN "erasure"."key_id" IS 'Recognises the ERASURE_KEY that erased, which is the same in all rows. Null in rows of an earlier release.';
COMMENT ON COLUMN "erasure"."person" IS 'Of a RUNNING one: the ids of the person, encrypted with ERASURE_KEY. Null afterwards.';
COMMENT ON COLUMN "erasure"."request" IS 'Of a RUNNING one: what was asked for, encrypted with ERASURE_KEY. Null afterwards.';
COMMENT ON COLUMN "erasure"."position" IS 'Of a RUNNING one: its next page, encrypted with ERASURE_KEY. Null afterwards.';
COMMENT ON COLUMN "erased_key"."is_typed" IS 'True for what named the person in the command: only that lifts the erasure.';
