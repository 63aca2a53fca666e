CREATE INDEX "message_full_created_at_idx" ON "message" ("created_at") WHERE "emptied_at" IS NULL;
CREATE INDEX "callback_event_settled_full_idx" ON "callback_event_settled" ("received_at") WHERE "raw_body" <> '';
CREATE INDEX "contact_to_redact_idx" ON "contact" ("deleted_at") WHERE "deleted_at" IS NOT NULL AND "emptied_at" IS NULL;
