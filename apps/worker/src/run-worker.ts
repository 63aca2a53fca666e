import { url as inspectorUrl } from 'node:inspector';
import { parseWorkerConfig, readConfig } from '@sinch-callbacks/config';
import {
  bufferedDestination,
  createLogger,
  processFailed,
  workerStalled,
} from '@sinch-callbacks/telemetry';
import type { Stall } from './health/progress-monitor.ts';
import { watchEventLoop } from './health/watch-event-loop.ts';
import { startWorker } from './start-worker.ts';
import { defaultWorkerTimings } from './worker-timings.ts';

/** The exit code of a stalled process that must be restarted: EX_TEMPFAIL of sysexits.h. */
const stalledExitCode = 75;

/**
 * Runs a worker for as long as this process lives.
 * @throws when it cannot start.
 */
export async function runWorker(timings = defaultWorkerTimings): Promise<void> {
  const config = readConfig(parseWorkerConfig);
  const { logLevel } = config;
  const destination = bufferedDestination({ isShared: false });
  const logger = createLogger({ name: 'worker', level: logLevel, destination });
  const onError = (error: unknown) => processFailed(logger, error);
  const worker = await startWorker(config, logger, { timings, onStalled: restart });
  // A breakpoint blocks the event loop on purpose.
  if (inspectorUrl() === undefined) watchEventLoop(logLevel, timings.eventLoop, onError);
  onStopSignal((signal) => {
    void worker.stop(signal).then(() => process.exit(0));
  });
  process.once('uncaughtException', (error) => {
    onError(error);
    process.exit(1);
  });

  function restart({ lane, forMs }: Stall): void {
    workerStalled(logger, { lane, forMs: Math.round(forMs), exitCode: stalledExitCode });
    void worker.stop('standstill').then(() => {
      process.exit(stalledExitCode);
    });
  }
}

const stopSignals = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;
/** 128 plus the number of SIGINT, as shells report it. */
const interruptedExitCode = 130;

/**
 * Calls `stop` with the first signal that asks this process to end. Later signals change nothing:
 * supervisors and process groups signal twice, and the stop has a deadline of its own. A worker
 * that died in the middle of it would leave its jobs locked. Only a second Ctrl-C at a terminal
 * ends the process at once.
 */
function onStopSignal(
  stop: (signal: NodeJS.Signals) => void,
  { isAtTerminal = process.stdin.isTTY } = {},
): void {
  let isStopping = false;
  for (const signal of stopSignals) {
    process.on(signal, () => {
      if (isStopping) {
        if (signal === 'SIGINT' && isAtTerminal) process.exit(interruptedExitCode);
        return;
      }
      isStopping = true;
      stop(signal);
    });
  }
}
