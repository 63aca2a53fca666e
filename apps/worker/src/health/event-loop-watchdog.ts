import { workerData } from 'node:worker_threads';
import { createLogger, eventLoopBlocked, lastLineDestination } from '@sinch-callbacks/telemetry';
import type { WatchdogData } from './watch-event-loop.ts';

const { beats, beatMs, blockedAfterMs, logLevel } = workerData as WatchdogData;
const destination = lastLineDestination();
const logger = createLogger({ name: 'worker', level: logLevel, destination });

let lastBeat = -1;
let silentMs = 0;
let checkedAt = performance.now();

const watch = setInterval(() => {
  // A freeze of the process stops this thread too: only time in which it runs counts.
  const elapsedMs = Math.min(performance.now() - checkedAt, 2 * beatMs);
  checkedAt = performance.now();
  const beat = Atomics.load(beats, 0);
  silentMs = beat === lastBeat ? silentMs + elapsedMs : 0;
  lastBeat = beat;
  if (silentMs < blockedAfterMs) return;
  clearInterval(watch);
  eventLoopBlocked(logger, { forMs: Math.round(silentMs) });
  // A kill that is faster than the write would take the reason with it.
  void destination.written().then(() => process.kill(process.pid, 'SIGKILL'));
}, beatMs);
