import { setTimeout as delay } from 'node:timers/promises';
import { SinchApiError } from '../errors/sinch-api-error.ts';
import { certaintyOf } from './certainty.ts';
import type { Exchange } from './exchange.ts';
import { pauseBeforeRetry, type RetryRule } from './retry-policy.ts';
import type { SinchApiTimings } from './timings.ts';

export interface RepeatOptions {
  readonly rule: RetryRule;
  readonly maxTries: number;
  readonly timings: SinchApiTimings;
  /** Ends the pauses: the try before it was the last. */
  readonly signal: AbortSignal;
}

export interface RepeatedExchange {
  /** The last one. */
  readonly exchange: Exchange;
  /** True where an earlier try may have done what was asked. */
  readonly isUncertain: boolean;
}

/** Makes a request again after failures that may pass, as its rule, bound and time allow. */
export async function repeatExchange(
  attempt: () => Promise<Exchange>,
  { signal, ...options }: RepeatOptions,
): Promise<RepeatedExchange> {
  const lastStartMs = performance.now() + options.timings.callMs;
  let isUncertain = false;
  for (let tries = 1; ; tries += 1) {
    const exchange = await attempt().catch((error: unknown) => {
      throw isUncertain && error instanceof SinchApiError ? asUnknown(error) : error;
    });
    const pauseMs = pauseBeforeRetry({ ...options, exchange, tries, random: Math.random() });
    const isLast = pauseMs === undefined || performance.now() + pauseMs > lastStartMs;
    if (isLast || !(await pause(pauseMs, signal))) return { exchange, isUncertain };
    isUncertain ||= certaintyOf(exchange) !== 'not-sent';
  }
}

function asUnknown({ status, rpcStatus, message, operation, retryAfterMs }: SinchApiError) {
  return new SinchApiError({
    status,
    rpcStatus,
    message: `${message}; an earlier try may have done what was asked`,
    operation,
    retryAfterMs,
    certainty: 'unknown',
  });
}

/** Waits. Returns false, at once, where the client is closed. */
async function pause(ms: number, signal: AbortSignal): Promise<boolean> {
  return await delay(ms, true, { signal }).catch(() => false);
}
