/** Sinch tries again after network failures, timeouts, 5xx and 429; any other 4xx is for good. */
export function isTriedAgain(status: number): boolean {
  return status === 429 || status >= 500;
}

export interface Backoff {
  /** The wait after the first failure. */
  readonly baseMs: number;
  readonly maxMs: number;
}

/**
 * How long to wait before another try: doubles from `baseMs` up to `maxMs`.
 * @param failures how many tries have failed so far, from 1.
 */
export function retryDelayMs(failures: number, { baseMs, maxMs }: Backoff): number {
  return Math.min(maxMs, baseMs * 2 ** (failures - 1));
}
