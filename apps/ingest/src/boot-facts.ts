import type { IngestConfig } from '@sinch-callbacks/config';

/** What every server's boot line says of its configuration: names and numbers, never a value. */
export function bootFacts({ queue, verification }: IngestConfig) {
  return { queue: queue?.kind ?? 'none', secretCount: verification.secrets.length };
}
