-- CreateEnum
CREATE TYPE "erasure_state" AS ENUM ('RUNNING', 'DONE', 'LIFTED');

-- CreateTable
CREATE TABLE "erasure" (
    "id" UUID NOT NULL,
    "requested_at" TIMESTAMPTZ(6) NOT NULL,
    "finished_at" TIMESTAMPTZ(6),
    "cutoff" TIMESTAMPTZ(6) NOT NULL,
    "state" "erasure_state" NOT NULL,
    "for_ever" BOOLEAN NOT NULL,
    "operator" TEXT NOT NULL,
    "counts" JSONB NOT NULL DEFAULT '{}',
    "progress" JSONB,

    CONSTRAINT "erasure_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "erased_key" (
    "digest" BYTEA NOT NULL,
    "erasure_id" UUID NOT NULL,

    CONSTRAINT "erased_key_pkey" PRIMARY KEY ("digest", "erasure_id")
);

-- CreateIndex
CREATE INDEX "erased_key_erasure_id_idx" ON "erased_key"("erasure_id");

-- AddForeignKey
ALTER TABLE "erased_key" ADD CONSTRAINT "erased_key_erasure_id_fkey" FOREIGN KEY ("erasure_id") REFERENCES "erasure"("id") ON DELETE CASCADE ON UPDATE RESTRICT;

COMMENT ON TABLE "erasure" IS 'Every erasure of a person: when, by whom and how much. No row names the person.';
COMMENT ON COLUMN "erasure"."cutoff" IS 'Copies of what happened before then are written redacted.';
COMMENT ON COLUMN "erasure"."state" IS 'RUNNING: it can be resumed by the same command; DONE; LIFTED: its keys are gone, and what it removed stays removed.';
COMMENT ON COLUMN "erasure"."for_ever" IS 'What happens after the cutoff is written redacted too.';
COMMENT ON COLUMN "erasure"."counts" IS 'Changed rows by table.';
COMMENT ON COLUMN "erasure"."progress" IS 'Of a RUNNING one: its next page, and the ids of the person, encrypted with ERASURE_KEY. Null afterwards.';
COMMENT ON TABLE "erased_key" IS 'Keyed digests of the ids and identities of erased people. Writers ask it for each event while it has rows.';
COMMENT ON COLUMN "erased_key"."digest" IS 'HMAC-SHA256 of kind, NUL and value under ERASURE_KEY, which is never stored here.';
