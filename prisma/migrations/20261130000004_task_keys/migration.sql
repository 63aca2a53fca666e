-- The key of a task whose event names neither a conversation nor a contact is made of an identity.
-- It is stored as a digest, which orders as well and shows no number.
CREATE FUNCTION "stored_task_key"("key" TEXT) RETURNS TEXT
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN "key" ~ '^identity:[^:]*:(?!#[0-9a-f]{32}$)'
    THEN substring("key" FROM '^identity:[^:]*:') || '#' ||
      left(encode(sha256(convert_to(substring("key" FROM '^identity:[^:]*:(.*)$'), 'UTF8')), 'hex'), 32)
    ELSE "key" END
$$;

COMMENT ON FUNCTION "stored_task_key"(TEXT) IS 'The key under which a task is stored: an identity becomes a digest.';

-- A worker of before this migration still inserts identities. In the same order as its tasks come
-- those of a newer one, so both must have one spelling.
CREATE FUNCTION "digest_task_key"() RETURNS TRIGGER
LANGUAGE plpgsql AS $$
BEGIN
  NEW."key" := "stored_task_key"(NEW."key");
  RETURN NEW;
END
$$;

CREATE TRIGGER "handler_task_digest_key" BEFORE INSERT ON "handler_task"
FOR EACH ROW WHEN (NEW."key" LIKE 'identity:%' AND NEW."key" NOT LIKE 'identity:%:#%')
EXECUTE FUNCTION "digest_task_key"();
