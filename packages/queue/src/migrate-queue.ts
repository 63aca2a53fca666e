import { createPostgresBackend, Queue } from 'bullmq';
import { migrateLeanJobs } from './connection/lean-postgres.ts';
import { migratingConnection } from './connection/postgres-connection.ts';
import type { QueueLocation } from './connection/queue-backend.ts';
import { queueNames } from './contract/queue-names.ts';
import { migratePostgresStorage } from './rejected/postgres-storage.ts';

/**
 * Prepares the place where the queues live: on Postgres BullMQ's tables and the one for rejected
 * callbacks, nothing on Redis. Safe to repeat, and to run from several processes at once.
 */
export async function migrateQueue(location: QueueLocation): Promise<void> {
  if (location.backend.kind === 'redis') return;
  const connection = { ...migratingConnection(location), migrate: true };
  const queue = new Queue(queueNames.live, { connection }, createPostgresBackend);
  queue.on('error', ignoreHereBecauseWaitUntilReadyRejects);
  try {
    await queue.waitUntilReady();
  } finally {
    await queue.close();
  }
  await migrateLeanJobs(location);
  await migratePostgresStorage(location);
}

function ignoreHereBecauseWaitUntilReadyRejects(): void {
  return;
}
