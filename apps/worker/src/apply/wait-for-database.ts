import { setTimeout as sleep } from 'node:timers/promises';
import { DatabaseUnavailableError } from '@sinch-callbacks/db';
import type { OutageTracker } from '@sinch-callbacks/telemetry';

export interface DatabaseWait {
  /**
   * Runs `work`, and again for as long as the database is down: outages don't use up retries.
   * @returns `stopped` when `stop` came first.
   * @throws all other errors of `work`.
   */
  run<T>(work: () => Promise<T>): Promise<{ readonly kind: 'done'; readonly value: T } | Stopped>;
  /** Time since a caller began to wait for the database; `undefined` when none waits. */
  downMs(): number | undefined;
  /** Ends all waiting, now and later. Work that has begun is not interrupted. */
  stop(): void;
}

type Stopped = { readonly kind: 'stopped' };

export interface WaitTimings {
  readonly firstPauseMs: number;
  readonly longestPauseMs: number;
}

export const defaultWaitTimings: WaitTimings = { firstPauseMs: 250, longestPauseMs: 5_000 };

/** Creates one wait for all users of a database, so that its outage is reported once. */
export function createDatabaseWait(
  outage: OutageTracker,
  { firstPauseMs, longestPauseMs } = defaultWaitTimings,
): DatabaseWait {
  const stopping = new AbortController();
  let failures = 0;
  return {
    async run(work) {
      let pauseMs = firstPauseMs;
      while (!stopping.signal.aborted) {
        const failuresBefore = failures;
        try {
          const value = await work();
          // An answer to what was asked before the last failure does not show that it is back.
          if (failures === failuresBefore) outage.recordSuccess();
          return { kind: 'done', value };
        } catch (error) {
          if (!(error instanceof DatabaseUnavailableError)) throw error;
          failures += 1;
          outage.recordFailure(error);
        }
        await pause(pauseMs, stopping.signal);
        pauseMs = Math.min(pauseMs * 2, longestPauseMs);
      }
      return { kind: 'stopped' };
    },
    downMs: () => outage.downMs(),
    stop: () => stopping.abort(),
  };
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(ms, undefined, { signal });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
