import { parseWorkerConfig, readConfig } from '@sinch-callbacks/config';
import { migrateDatabase } from '@sinch-callbacks/db';
import { migrateQueue } from '@sinch-callbacks/queue';
import { explainStart } from '@sinch-callbacks/telemetry';

/** Prepares the database, and a queue on Postgres. It runs before each release's workers. */
async function main(): Promise<void> {
  const { directUrl, queue, fallbackQueue, queuePrefix: prefix } = readConfig(parseWorkerConfig);
  const applied = await migrateDatabase(directUrl);
  await migrateQueue({ backend: fallbackQueue ?? queue, prefix });
  const what = applied.length === 0 ? 'nothing to do' : `applied ${applied.join(', ')}`;
  process.stdout.write(`migrations: ${what}\n`);
}

try {
  await main();
  // Prisma's schema engine leaves a timer behind that would hold the process for ten seconds.
  process.exit(0);
} catch (error) {
  process.stderr.write(`${explainStart(error, { host: 'ADMIN_HOST', port: 'ADMIN_PORT' })}\n`);
  process.exit(1);
}
