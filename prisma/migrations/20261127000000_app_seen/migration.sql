CREATE TABLE "app_seen" (
    "app_id" TEXT NOT NULL,
    "last_callback_at" TIMESTAMPTZ(6) NOT NULL,

    CONSTRAINT "app_seen_pkey" PRIMARY KEY ("app_id")
);

COMMENT ON TABLE "app_seen" IS 'When the last callback of each Sinch app came, give or take a quarter of a minute: written by the workers, for watching.';
