import type { IngestConfig } from '@sinch-callbacks/config';
import { adviceFor, checkPostgresQueue } from '@sinch-callbacks/queue';
import { postgresQueueUnusable } from '@sinch-callbacks/telemetry';
import type { OpenIngest } from './open-ingest.ts';

/**
 * Opens the queue on Postgres once, as the process starts, and logs a failure. As a fallback it is
 * used only in an outage, which is too late to find that it never worked. Never rejects.
 */
export async function checkQueueOnPostgres({
  config,
  logger,
}: Pick<OpenIngest, 'config' | 'logger'>): Promise<void> {
  const { queue, fallbackQueue, queuePrefix: prefix } = config;
  const backend = fallbackQueue ?? queue;
  if (backend?.kind !== 'postgres') return;
  const check = await checkPostgresQueue({ backend, prefix });
  if (check.kind === 'usable') return;
  const { kind, reason } = check;
  const which = fallbackQueue ? 'fallback' : 'main';
  postgresQueueUnusable(logger, { queue: which, reason, advice: adviceFor(kind) });
}

/** Facts of the configuration for each server's boot line: names and numbers, never a value. */
export function bootFacts({ queue, verification }: IngestConfig) {
  return { queue: queue?.kind ?? 'none', secretCount: verification.secrets.length };
}
