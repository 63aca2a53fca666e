-- Pages of events by time read the blocks of that time alone: weekly partitions have no other index
-- on times, and these cost a write next to nothing.
CREATE INDEX "callback_event_received_at_idx" ON "callback_event_settled" USING brin ("received_at") WITH (autosummarize = on);
CREATE INDEX "callback_event_applied_at_idx" ON "callback_event_settled" USING brin ("applied_at") WITH (autosummarize = on);
