-- CreateEnum
CREATE TYPE "event_state" AS ENUM ('APPLIED', 'UNHANDLED', 'DEAD');

-- CreateEnum
CREATE TYPE "event_origin" AS ENUM ('SINCH', 'RECONCILED');

-- CreateEnum
CREATE TYPE "dead_letter_run_action" AS ENUM ('REPLAY', 'DISCARD');

-- CreateEnum
CREATE TYPE "dead_letter_run_state" AS ENUM ('RUNNING', 'DONE', 'CANCELLED', 'FAILED');

-- CreateTable
CREATE TABLE "event_guard" (
    "event_digest" BYTEA NOT NULL,
    "received_at" TIMESTAMPTZ(6) NOT NULL,

    CONSTRAINT "event_guard_pkey" PRIMARY KEY ("event_digest")
) WITH (autovacuum_vacuum_insert_scale_factor = 0.05);

COMMENT ON TABLE "event_guard" IS 'Every event that was ever stored. Recognises it when it comes again, also after its row in callback_event has gone.';
COMMENT ON COLUMN "event_guard"."event_digest" IS 'First 16 bytes of SHA-256 of the body as Sinch sent it, byte by byte.';
COMMENT ON COLUMN "event_guard"."received_at" IS 'First receipt, the same as in callback_event.';

-- Partitioned by hand: never run `prisma migrate` against it, which would offer to drop the
-- partitions. Its key holds the columns of the partitions, so it cannot recognise an event that
-- comes again at another time, as event_guard does. The columns stand so that no row has gaps.
CREATE TABLE "callback_event" (
    "received_at" TIMESTAMPTZ(6) NOT NULL,
    "signed_at" TIMESTAMPTZ(6),
    "applied_at" TIMESTAMPTZ(6),
    "accepted_time" TIMESTAMPTZ(6),
    "event_time" TIMESTAMPTZ(6),
    "attempts" INTEGER NOT NULL,
    "state" "event_state" NOT NULL,
    "origin" "event_origin" NOT NULL DEFAULT 'SINCH',
    "kept" BOOLEAN NOT NULL,
    "event_digest" BYTEA NOT NULL,
    "trigger" TEXT NOT NULL,
    "entity_id" TEXT COLLATE "C",
    "key_entity" TEXT,
    "project_id" TEXT,
    "app_id" TEXT,
    "unreadable_times" TEXT,
    "raw_body_encoding" TEXT NOT NULL DEFAULT 'utf8',
    "raw_body" TEXT NOT NULL,

    CONSTRAINT "callback_event_pkey" PRIMARY KEY ("event_digest", "kept", "received_at")
) PARTITION BY LIST ("kept");

CREATE TABLE "callback_event_kept" PARTITION OF "callback_event" FOR VALUES IN (true)
    WITH (fillfactor = 90);

CREATE TABLE "callback_event_settled" PARTITION OF "callback_event" FOR VALUES IN (false)
    PARTITION BY RANGE ("received_at");

-- For what no week was made for, so that no row ever fails.
CREATE TABLE "callback_event_default" PARTITION OF "callback_event_settled" DEFAULT;

COMMENT ON TABLE "callback_event" IS 'Every verified callback, once. SELECT event_body(e) FROM callback_event AS e reads the JSON of its body.';
COMMENT ON TABLE "callback_event_kept" IS 'Events that something still needs: dead and unhandled ones. Never dropped by age.';
COMMENT ON TABLE "callback_event_settled" IS 'Applied events, by the week of their receipt. Old weeks are dropped whole.';
COMMENT ON TABLE "callback_event_default" IS 'Applied events of weeks that have no partition.';
COMMENT ON COLUMN "callback_event"."event_digest" IS 'As in event_guard. SELECT event_key(e) FROM callback_event AS e is the job id.';
COMMENT ON COLUMN "callback_event"."entity_id" IS 'The id in Sinch of what it is about, as far as its body can be read.';
COMMENT ON COLUMN "callback_event"."key_entity" IS 'What its key has in place of entity_id, where that differs: of an unknown event its top-level keys.';
COMMENT ON COLUMN "callback_event"."received_at" IS 'When ingest received it first.';
COMMENT ON COLUMN "callback_event"."signed_at" IS 'The timestamp that Sinch signed with it.';
COMMENT ON COLUMN "callback_event"."applied_at" IS 'When its rows were written; null for UNHANDLED and DEAD.';
COMMENT ON COLUMN "callback_event"."origin" IS 'SINCH sent it, or it was RECONCILED from what Sinch keeps.';
COMMENT ON COLUMN "callback_event"."kept" IS 'Something still needs it, so that no pruning by age takes it.';
COMMENT ON COLUMN "callback_event"."unreadable_times" IS 'Names of the times in the body that could not be read, with commas between.';
COMMENT ON COLUMN "callback_event"."raw_body" IS 'The exact body: text, or base64 where the bytes are no text. Empty after a redaction.';

-- Reports are found by message_status, and are most of the events.
CREATE INDEX "callback_event_entity_id_idx" ON "callback_event" ("entity_id") WHERE "trigger" <> 'MESSAGE_DELIVERY';
CREATE INDEX "callback_event_default_received_at_idx" ON "callback_event_default" ("received_at");
CREATE INDEX "callback_event_kept_every_entity_id_idx" ON "callback_event_kept" ("entity_id");
CREATE INDEX "callback_event_kept_state_event_digest_idx" ON "callback_event_kept" ("state", "event_digest");
CREATE INDEX "callback_event_kept_unknown_idx" ON "callback_event_kept" ("event_digest") WHERE "trigger" IN ('UNKNOWN', 'UNREADABLE');

-- The same rule as eventKeyOf() in packages/core. JavaScript counts what is beyond the basic
-- plane as two characters.
CREATE FUNCTION "event_key"("trigger" TEXT, "entity" TEXT, "event_digest" BYTEA) RETURNS TEXT
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT "trigger" || '.' || coalesce(nullif(left(regexp_replace(regexp_replace(
    "entity", '[^\u0001-\uFFFF]', '__', 'g'), '[^A-Za-z0-9_-]', '_', 'g'), 64), ''), '-')
    || '.' || encode("event_digest", 'hex')
$$;
COMMENT ON FUNCTION "event_key"(TEXT, TEXT, BYTEA) IS 'The key that queues, logs and commands show for an event.';

CREATE FUNCTION "event_key"("event" "callback_event") RETURNS TEXT
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT "event_key"("event"."trigger", coalesce("event"."key_entity", "event"."entity_id"), "event"."event_digest")
$$;
COMMENT ON FUNCTION "event_key"("callback_event") IS 'The key that queues, logs and commands show for an event.';

CREATE FUNCTION "event_body_bytes"("event" "callback_event") RETURNS BYTEA
LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT CASE "event"."raw_body_encoding" WHEN 'base64' THEN decode("event"."raw_body", 'base64')
    ELSE convert_to("event"."raw_body", 'UTF8') END
$$;
COMMENT ON FUNCTION "event_body_bytes" IS 'The body as Sinch sent it, byte by byte.';

-- JSON may escape what jsonb refuses: NUL and halves of surrogate pairs become U+FFFD.
CREATE FUNCTION "event_body"("event" "callback_event") RETURNS JSONB
LANGUAGE plpgsql STABLE AS $$
DECLARE
  body TEXT := "event"."raw_body";
BEGIN
  IF "event"."raw_body_encoding" = 'base64' THEN
    body := convert_from(decode(body, 'base64'), 'UTF8');
  END IF;
  body := ltrim(body, E'\uFEFF');
  BEGIN
    RETURN body::jsonb;
  EXCEPTION WHEN untranslatable_character OR invalid_text_representation THEN
    body := regexp_replace(body, '(?<!\\)((?:\\\\)*)\\u0000', '\1\\ufffd', 'g');
    body := regexp_replace(body,
      '(?<!\\)((?:\\\\)*)\\u[dD][89abAB][[:xdigit:]]{2}(?!\\u[dD][c-fC-F][[:xdigit:]]{2})',
      '\1\\ufffd', 'g');
    body := regexp_replace(body,
      '(?<!\\u[dD][89abAB][[:xdigit:]]{2})(?<!\\)((?:\\\\)*)\\u[dD][c-fC-F][[:xdigit:]]{2}',
      '\1\\ufffd', 'g');
    RETURN body::jsonb;
  END;
EXCEPTION WHEN data_exception THEN
  RETURN NULL;
END
$$;
COMMENT ON FUNCTION "event_body" IS 'The body as JSON to query; null where it is none, or was redacted.';

-- CreateTable
CREATE TABLE "dead_letter" (
    "event_digest" BYTEA NOT NULL,
    "trigger" TEXT NOT NULL,
    "entity_id" TEXT,
    "key_entity" TEXT,
    "app_id" TEXT,
    "project_id" TEXT,
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
    "fingerprint" TEXT NOT NULL,
    "run_id" INTEGER,

    CONSTRAINT "dead_letter_pkey" PRIMARY KEY ("event_digest")
) WITH (fillfactor = 80);

CREATE FUNCTION "event_key"("letter" "dead_letter") RETURNS TEXT
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT "event_key"("letter"."trigger", coalesce("letter"."key_entity", "letter"."entity_id"), "letter"."event_digest")
$$;
COMMENT ON FUNCTION "event_key"("dead_letter") IS 'The key that queues, logs and commands show for its event.';

COMMENT ON TABLE "dead_letter" IS 'Events that will not be tried again by themselves, and why. Kept after they are resolved.';
COMMENT ON COLUMN "dead_letter"."key_entity" IS 'As in callback_event.';
COMMENT ON COLUMN "dead_letter"."attempts" IS 'Every attempt: [{replay, attempt, at, errorClass, message}].';
COMMENT ON COLUMN "dead_letter"."resolution" IS 'APPLIED, DISCARDED or REDACTED.';
COMMENT ON COLUMN "dead_letter"."fingerprint" IS 'What letters with the same error share.';
COMMENT ON COLUMN "dead_letter"."run_id" IS 'The run that replayed it last.';

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

COMMENT ON TABLE "dead_letter_run" IS 'Commands that replayed or discarded dead letters: who, when, which, and how far each came.';

-- CreateIndex
CREATE INDEX "dead_letter_resolved_at_dead_at_idx" ON "dead_letter"("resolved_at", "dead_at");

-- CreateIndex
CREATE INDEX "dead_letter_fingerprint_idx" ON "dead_letter"("fingerprint");

-- CreateIndex
CREATE INDEX "dead_letter_run_id_idx" ON "dead_letter"("run_id");

-- AddForeignKey
ALTER TABLE "dead_letter" ADD CONSTRAINT "dead_letter_event_digest_fkey" FOREIGN KEY ("event_digest") REFERENCES "event_guard"("event_digest") ON DELETE RESTRICT ON UPDATE RESTRICT;
