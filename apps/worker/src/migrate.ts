import { ConfigError, parseWorkerConfig, readConfig } from '@sinch-callbacks/config';
import { DatabaseUnavailableError, migrateDatabase } from '@sinch-callbacks/db';
import { migrateQueue } from '@sinch-callbacks/queue';

/** Prepares the database, and the queue where it lives in one. Run before each release's workers. */
async function main(): Promise<void> {
  const { databaseUrl, queue, queuePrefix } = readConfig(parseWorkerConfig);
  const applied = await migrateDatabase(databaseUrl);
  await migrateQueue({ backend: queue, prefix: queuePrefix });
  const what = applied.length === 0 ? 'nothing to do' : `applied ${applied.join(', ')}`;
  process.stdout.write(`migrations: ${what}\n`);
}

try {
  await main();
} catch (error) {
  const isForeseen = error instanceof ConfigError || error instanceof DatabaseUnavailableError;
  const text = error instanceof Error && isForeseen ? error.message : error;
  process.stderr.write(`${text instanceof Error ? (text.stack ?? text) : text}\n`);
  process.exit(1);
}
