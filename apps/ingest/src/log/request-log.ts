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

/** Writes down how requests ended, each in a line of its own or, in a flood, in a sum. */
export interface RequestLog {
  /** `isVerified`: Sinch sent it, so it has its line whatever else goes on. */
  write(facts: CallbackReceived, isVerified: boolean): void;
  /** For a request that was refused before it could be a callback. */
  writeRefused(facts: RequestRefused): void;
  /** Writes what is only summed so far. Nothing, if there is nothing. */
  flush(): void;
}

/**
 * How many lines a second anybody may cause who can reach the address. At about 350 bytes a line
 * a flood that lasts a day writes 300 MB, and not the tens of gigabytes that it could.
 */
export const unverifiedLines = { perSecond: 10, burst: 500 };
/** For requests that miss the webhook. Apart, so that scanners take no line from a callback's 401. */
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

  /** The kinds of refusals are few, whatever is sent, and so are the sums. */
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
