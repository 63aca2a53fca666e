-- Tasks of before the trigger. A migration of its own, since the trigger's lock keeps inserts out until
-- its commit, and these may be many. A task that runs meanwhile keeps its hold under the old key: with
-- the order "conversation", another one of its key may run beside it once.
UPDATE "handler_task" SET "key" = "stored_task_key"("key")
WHERE "key" LIKE 'identity:%' AND "key" NOT LIKE 'identity:%:#%';
