import { workerData } from 'node:worker_threads';
import { createLogger, eventLoopBlocked } from '@sinch-callbacks/telemetry';
import type { WatchdogData } from './watch-event-loop.ts';

const { beats, beatMs, blockedAfterMs, logLevel } = workerData as WatchdogData;
const logger = createLogger({ name: 'worker', level: logLevel });

let lastBeat = -1;
let silentMs = 0;
let checkedAt = performance.now();

setInterval(() => {
  // A freeze of the process stops this thread too: only time in which it runs counts.
  const elapsedMs = Math.min(performance.now() - checkedAt, 2 * beatMs);
  checkedAt = performance.now();
  const beat = Atomics.load(beats, 0);
  silentMs = beat === lastBeat ? silentMs + elapsedMs : 0;
  lastBeat = beat;
  if (silentMs < blockedAfterMs) return;
  eventLoopBlocked(logger, { forMs: Math.round(silentMs) });
  process.kill(process.pid, 'SIGKILL');
}, beatMs);
