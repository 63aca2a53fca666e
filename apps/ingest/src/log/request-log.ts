import {
  type CallbackReceived,
  callbackReceived,
  callbacksSummed,
  type Logger,
  type RequestRefused,
  requestRefused,
} from '@sinch-callbacks/telemetry';
import type { IngestMetrics } from '@sinch-callbacks/telemetry/ingest-metrics';
import type { TokenBucket } from './token-bucket.ts';

/** A log of how requests ended: a line for each or, in a flood, sums. */
export interface RequestLog {
  /** @param isVerified is true if Sinch sent it: then it has its line even in a flood. */
  write(facts: CallbackReceived, isVerified: boolean): void;
  /** Writes the line of a request that was refused before it could be a callback. */
  writeRefused(facts: RequestRefused): void;
  /** Writes the sums so far, if there are any. */
  flush(): void;
}

/**
 * Rate of lines for requests that are not verified. At about 350 bytes a line, a flood of a day
 * writes 300 MB instead of tens of gigabytes.
 */
export const unverifiedLines = { perSecond: 10, burst: 500 };
/** Rate for requests that miss the webhook, so that scanners use up no line of a callback's 401. */
export const refusedLines = { perSecond: 1, burst: 100 };
const sumEveryMs = 10_000;

interface Sum {
  readonly outcome: string;
  readonly cause: string | undefined;
  readonly status: number;
  count: number;
}

/** Lines and sums together account for every request: none is dropped silently. */
export function createRequestLog(
  logger: Logger,
  bucket: TokenBucket,
  refusedBucket: TokenBucket,
): RequestLog {
  const sums = new Map<string, Sum>();
  let timer: NodeJS.Timeout | undefined;

  function flush(): void {
    clearTimeout(timer);
    timer = undefined;
    if (sums.size === 0) return;
    const summed = [...sums.values()];
    sums.clear();
    callbacksSummed(logger, summed);
  }

  /** There are few kinds of refusals, whatever is sent, so the sums are few too. */
  function add({ outcome, cause, status }: Pick<Sum, 'outcome' | 'cause' | 'status'>): void {
    const kind = `${outcome} ${cause ?? ''}`;
    const sum = sums.get(kind);
    if (sum === undefined) sums.set(kind, { outcome, cause, status, count: 1 });
    else sum.count += 1;
    timer ??= setTimeout(flush, sumEveryMs).unref();
  }

  return {
    write(facts, isVerified) {
      if (isVerified || bucket.take()) callbackReceived(logger, facts);
      else add({ ...facts, cause: facts.cause });
    },
    writeRefused(facts) {
      if (refusedBucket.take()) requestRefused(logger, facts);
      else add({ ...facts, cause: facts.cause });
    },
    flush,
  };
}

/** Counters of ingest, scraped here or counted in the queue. */
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
