import type { QueueLocation } from '../connection/queue-backend.ts';
import { erasePostgresPass } from './erase-postgres-pass.ts';
import { eraseRedisPass } from './erase-redis-pass.ts';
import { eraseRejected } from './erase-rejected.ts';
import type { PassReport, PassRules } from './erasure-rules.ts';

/** The limit for one command, or one page of rows. */
const timeoutMs = 10_000;

/** Passes once over a server: over its queues, and over its rejected callbacks. */
export async function eraseOnce(
  location: QueueLocation,
  rules: PassRules,
  report: PassReport,
): Promise<void> {
  switch (location.backend.kind) {
    case 'redis':
      await eraseRedisPass(location, rules, report, timeoutMs);
      break;
    case 'postgres':
      await erasePostgresPass(location, rules, report, timeoutMs);
  }
  await eraseRejected(location, rules, report, timeoutMs);
}
