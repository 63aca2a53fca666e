import { setTimeout as sleep } from 'node:timers/promises';
import { DatabaseUnavailableError } from '@sinch-callbacks/db';

export interface DatabaseWatch {
  readonly onLost: (error: DatabaseUnavailableError) => void;
  readonly onRestored: (awayMs: number) => void;
}

export interface DatabaseWait {
  /**
   * Runs `work`, and again for as long as the database is away: that is no event's fault, so
   * it costs none an attempt.
   * @returns `stopped` when `stop` came first.
   * @throws whatever else `work` throws.
   */
  run<T>(work: () => Promise<T>): Promise<{ readonly kind: 'done'; readonly value: T } | Stopped>;
  /** Whether somebody is waiting for the database now. */
  isWaiting(): boolean;
  /** Ends all waiting, now and later. Work that is under way is not interrupted. */
  stop(): void;
}

type Stopped = { readonly kind: 'stopped' };

const firstPauseMs = 250;
const longestPauseMs = 5_000;

/** One wait for all who use a database, so that its absence is reported once. */
export function createDatabaseWait(watch: DatabaseWatch, now: () => number): DatabaseWait {
  const stopping = new AbortController();
  let lostAt: number | undefined;

  function noteLost(error: DatabaseUnavailableError): void {
    if (lostAt !== undefined) return;
    lostAt = now();
    watch.onLost(error);
  }

  function noteAnswered(): void {
    if (lostAt === undefined) return;
    const awayMs = now() - lostAt;
    lostAt = undefined;
    watch.onRestored(awayMs);
  }

  return {
    async run(work) {
      let pauseMs = firstPauseMs;
      while (!stopping.signal.aborted) {
        try {
          const value = await work();
          noteAnswered();
          return { kind: 'done', value };
        } catch (error) {
          if (!(error instanceof DatabaseUnavailableError)) throw error;
          noteLost(error);
        }
        await pause(pauseMs, stopping.signal);
        pauseMs = Math.min(pauseMs * 2, longestPauseMs);
      }
      return { kind: 'stopped' };
    },
    isWaiting: () => lostAt !== undefined,
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
