-- A contact that is redacted or erased has few rows in these tables.
CREATE INDEX "message_analysis_contact_id_idx" ON "message_analysis" ("contact_id") WHERE "contact_id" IS NOT NULL;
CREATE INDEX "capability_contact_id_idx" ON "capability" ("contact_id");
CREATE INDEX "reaction_contact_id_idx" ON "reaction" ("contact_id") WHERE "contact_id" IS NOT NULL;
CREATE INDEX "unsupported_contact_id_idx" ON "unsupported" ("contact_id") WHERE "contact_id" IS NOT NULL;
CREATE INDEX "event_delivery_contact_id_idx" ON "event_delivery" ("contact_id") WHERE "contact_id" IS NOT NULL;
