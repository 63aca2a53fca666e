import { createPostgresBackend, Queue } from 'bullmq';
import pg from 'pg';
import { migratingConnection, prepareSchema } from './connection/postgres-connection.ts';
import { ignoreError, type QueueLocation } from './connection/queue-backend.ts';
import { finishedJobData } from './contract/job-contract.ts';
import { queueNames } from './contract/queue-names.ts';
import { migratePostgresStorage } from './rejected/postgres-storage.ts';

/**
 * Prepares the server of the queues: on Postgres BullMQ's tables and the one for rejected
 * callbacks; nothing on Redis. Safe to repeat, and to run from several processes at once.
 */
export async function migrateQueue(location: QueueLocation): Promise<void> {
  if (location.backend.kind === 'redis') return;
  const connection = { ...migratingConnection(location), migrate: true };
  const queue = new Queue(queueNames.live, { connection }, createPostgresBackend);
  queue.on('error', ignoreError);
  try {
    await queue.waitUntilReady();
  } finally {
    await queue.close();
  }
  await migrateLeanJobs(location);
  await migratePostgresStorage(location);
}

/**
 * Adds a trigger to BullMQ's table of jobs, which removes the body of a finished job and the errors
 * of its attempts, in the statement that finishes it. On Redis BullMQ's own script does so; its
 * functions in Postgres cannot. Safe to repeat, also from several processes at once.
 */
async function migrateLeanJobs(location: QueueLocation): Promise<void> {
  await prepareSchema(location, migration);
}

/** An existing trigger is kept: replacing it would block every job meanwhile. */
function migration(schema: string): string {
  const quoted = pg.escapeIdentifier(schema);
  const [table, drop] = [`${quoted}.job`, `${quoted}.drop_finished_body`];
  return `
    SELECT pg_advisory_xact_lock(hashtextextended(${pg.escapeLiteral(drop)}, 0));
    CREATE OR REPLACE FUNCTION ${drop}() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      NEW.data := ${pg.escapeLiteral(JSON.stringify(finishedJobData))}::jsonb;
      NEW.failed_reason := NULL;
      NEW.stacktrace := NULL;
      RETURN NEW;
    END $$;
    DO $$ BEGIN
      IF NOT EXISTS (
        SELECT FROM pg_trigger
        WHERE tgrelid = ${pg.escapeLiteral(table)}::regclass AND tgname = 'drop_finished_body'
      ) THEN
        CREATE TRIGGER drop_finished_body BEFORE UPDATE OF state ON ${table} FOR EACH ROW
          WHEN (NEW.state = 'completed') EXECUTE FUNCTION ${drop}();
      END IF;
    END $$;
  `;
}
