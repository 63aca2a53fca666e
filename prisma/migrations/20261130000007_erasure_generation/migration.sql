-- AlterTable
ALTER TABLE "erasure" ADD COLUMN "generation" INTEGER NOT NULL DEFAULT 1;

COMMENT ON COLUMN "erasure"."generation" IS 'Grows each time the erasure is begun again. A run of an earlier one changes nothing more.';
