import { Worker } from 'node:worker_threads';
import type { WorkerConfig } from '@sinch-callbacks/config';

export interface WatchdogTimings {
  readonly beatMs: number;
  readonly blockedAfterMs: number;
}

export const defaultWatchdogTimings: WatchdogTimings = { beatMs: 1_000, blockedAfterMs: 30_000 };

/** Input of the watchdog's thread. */
export interface WatchdogData extends WatchdogTimings {
  readonly beats: Int32Array;
  readonly logLevel: WorkerConfig['logLevel'];
}

/**
 * Kills this process when its main thread is blocked. Code on that thread could not notice, so a
 * second thread counts heartbeats, and kills the process when they stop.
 */
export function watchEventLoop(
  logLevel: WorkerConfig['logLevel'],
  timings: WatchdogTimings,
  onError: (error: unknown) => void,
): void {
  const beats = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const data: WatchdogData = { ...timings, beats, logLevel };
  const thread = new Worker(new URL('./event-loop-watchdog.ts', import.meta.url), {
    workerData: data,
    // Preloaded modules are for the main thread.
    execArgv: [],
  });
  thread.on('error', onError);
  thread.unref();
  setInterval(() => Atomics.add(beats, 0, 1), timings.beatMs).unref();
}
