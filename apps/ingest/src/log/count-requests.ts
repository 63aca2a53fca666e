import type { IngestMetrics } from '@sinch-callbacks/telemetry/ingest-metrics';
import type { RequestLog } from './request-log.ts';

/** What ingest counts, wherever it is read. */
export type Counting = Pick<IngestMetrics, 'answered' | 'fallbackActive'>;

/** A request log that counts each request as well. */
export function countRequests(log: RequestLog, metrics: Counting | undefined): RequestLog {
  if (metrics === undefined) return log;
  return {
    ...log,
    write(facts, isVerified) {
      metrics.answered(facts, facts.durationMs);
      log.write(facts, isVerified);
    },
    writeRefused(facts) {
      metrics.answered(facts);
      log.writeRefused(facts);
    },
  };
}
