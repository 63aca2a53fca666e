import { setTimeout as sleep } from 'node:timers/promises';
import { DatabaseUnavailableError } from '@sinch-callbacks/db';
import type { Outage } from '../health/outage-tracker.ts';

export interface DatabaseWait {
  /**
   * Runs `work`, and again for as long as the database is away: that is no event's fault, so
   * it costs none an attempt.
   * @returns `stopped` when `stop` came first.
   * @throws whatever else `work` throws.
   */
  run<T>(work: () => Promise<T>): Promise<{ readonly kind: 'done'; readonly value: T } | Stopped>;
  /** How long a caller has been waiting for the database; `undefined` when none is. */
  awayMs(): number | undefined;
  /** Ends all waiting, now and later. Work that is under way is not interrupted. */
  stop(): void;
}

type Stopped = { readonly kind: 'stopped' };

export interface WaitTimings {
  readonly firstPauseMs: number;
  readonly longestPauseMs: number;
}

export const defaultWaitTimings: WaitTimings = { firstPauseMs: 250, longestPauseMs: 5_000 };

/** One wait for all who use a database, so that its absence is reported once. */
export function createDatabaseWait(
  outage: Outage,
  { firstPauseMs, longestPauseMs } = defaultWaitTimings,
): DatabaseWait {
  const stopping = new AbortController();
  return {
    async run(work) {
      let pauseMs = firstPauseMs;
      while (!stopping.signal.aborted) {
        try {
          const value = await work();
          outage.answered();
          return { kind: 'done', value };
        } catch (error) {
          if (!(error instanceof DatabaseUnavailableError)) throw error;
          outage.failed(error);
        }
        await pause(pauseMs, stopping.signal);
        pauseMs = Math.min(pauseMs * 2, longestPauseMs);
      }
      return { kind: 'stopped' };
    },
    awayMs: () => outage.awayMs(),
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
