import type { WorkerConfig } from '@sinch-callbacks/config';
import { adviceFor, checkPostgresQueue } from '@sinch-callbacks/queue';
import { type Logger, postgresQueueUnusable } from '@sinch-callbacks/telemetry';

/**
 * Opens the queue on Postgres once, as the process starts, and logs it where that fails: this
 * worker then takes nothing from it, however often it tries. Never rejects.
 */
export async function checkQueueOnPostgres(
  { queue, fallbackQueue, queuePrefix: prefix }: WorkerConfig,
  logger: Logger,
): Promise<void> {
  const backend = fallbackQueue ?? queue;
  if (backend.kind !== 'postgres') return;
  const check = await checkPostgresQueue({ backend, prefix });
  if (check.kind === 'usable') return;
  const { kind, reason } = check;
  const which = fallbackQueue ? 'fallback' : 'main';
  postgresQueueUnusable(logger, { queue: which, reason, advice: adviceFor(kind) });
}
