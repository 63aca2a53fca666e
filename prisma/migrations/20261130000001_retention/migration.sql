CREATE TABLE "retention_run" (
    "finished_at" TIMESTAMPTZ(6) NOT NULL,
    "started_at" TIMESTAMPTZ(6) NOT NULL,
    "schedule" TEXT NOT NULL,
    "removed" JSONB NOT NULL,

    CONSTRAINT "retention_run_pkey" PRIMARY KEY ("finished_at")
);

COMMENT ON TABLE "retention_run" IS 'When a worker last removed all that its schedule names, the newest runs. Workers read here whether it is due.';
COMMENT ON COLUMN "retention_run"."schedule" IS 'The days that it worked by.';
COMMENT ON COLUMN "retention_run"."removed" IS 'The numbers of rows, by table and by what was done with them.';
