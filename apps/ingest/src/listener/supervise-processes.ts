import cluster, { type Worker } from 'node:cluster';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import type { IngestConfig } from '@sinch-callbacks/config';
import {
  createLogger,
  type IngestProcessDied,
  ingestProcessDied,
  ingestStarted,
  ingestStopped,
  ingestStopping,
  type Logger,
} from '@sinch-callbacks/telemetry';
import { bootFacts } from '../startup.ts';
import { urlOf } from './create-listener.ts';
import { isStopSignal, onStopSignal } from './graceful-stop.ts';
import { answerMetrics } from './metrics.ts';

/** A process that lives this long is healthy: its death counts as the first in a row. */
const healthyAfterMs = 30_000;
/** Longer than a process takes to stop, and less than Docker gives a container. */
const killAfterMs = 9_000;

/**
 * Keeps `count` processes listening on one port; this one takes no requests itself.
 *
 * Starting: if the first process exits before it listens, this one exits with its code.
 * Running: a process that dies is replaced, after a pause that grows with each death in a row.
 * Stopping: none is replaced any more, and this one exits 0 if all the others did.
 */
export async function superviseProcesses(config: IngestConfig, count: number): Promise<void> {
  const { host, port: wanted } = config.listener;
  const logger = createLogger({ name: 'ingest', level: config.logLevel });
  // All processes need the same port, also those that start later.
  const port = wanted === 0 ? await findFreePort(host) : wanted;
  const processes = createProcesses({ INGEST_PORT: String(port) }, logger);
  onStopSignal((signal) => processes.stop(signal));
  await once(processes.start(), 'listening');
  processes.markRunning();
  for (let n = 1; n < count; n += 1) processes.start();
  ingestStarted(logger, {
    ingestUrl: urlOf(host, port),
    processes: count,
    ...bootFacts(config),
  });
}

function createProcesses(environment: Readonly<Record<string, string>>, logger: Logger) {
  const alive = new Set<Worker>();
  const answerMetricsTo = answerMetrics();
  let phase: 'starting' | 'running' | 'stopping' = 'starting';
  let stoppedAt = 0;
  let haveAllExitedCleanly = true;

  /** Starts a process, in the place of one that died `deaths` times in a row. */
  function start(deaths = 0): Worker {
    const startedAt = performance.now();
    const worker = cluster.fork(environment);
    alive.add(worker);
    answerMetricsTo(worker);
    worker.once('exit', (exitCode: number | null, signal: string | null) => {
      alive.delete(worker);
      if (phase === 'starting') process.exit(exitCode || 1);
      if (phase === 'running') {
        const wasHealthy = performance.now() - startedAt >= healthyAfterMs;
        replace(wasHealthy ? 1 : deaths + 1, {
          deadPid: worker.process.pid ?? 0,
          exitCode,
          signal,
        });
      } else {
        // A process that was still starting dies of the signal, with no request in progress.
        haveAllExitedCleanly &&= exitCode === 0 || isStopSignal(signal);
        exitIfAlone();
      }
    });
    return worker;
  }

  function replace(deaths: number, death: Omit<IngestProcessDied, 'restartInMs'>): void {
    const restartInMs = restartDelayMs(deaths);
    ingestProcessDied(logger, { ...death, restartInMs });
    setTimeout(() => {
      if (phase === 'running') start(deaths);
    }, restartInMs);
  }

  function exitIfAlone(): void {
    if (alive.size > 0) return;
    const durationMs = Math.round(performance.now() - stoppedAt);
    ingestStopped(logger, { durationMs, allFinished: haveAllExitedCleanly });
    process.exit(haveAllExitedCleanly ? 0 : 1);
  }

  function signalAll(signal: NodeJS.Signals): void {
    for (const worker of alive) worker.process.kill(signal);
  }

  return {
    start,
    markRunning() {
      if (phase === 'starting') phase = 'running';
    },
    stop(signal: NodeJS.Signals): void {
      phase = 'stopping';
      stoppedAt = performance.now();
      ingestStopping(logger, { signal });
      signalAll(signal);
      setTimeout(() => signalAll('SIGKILL'), killAfterMs);
      exitIfAlone();
    },
  };
}

/**
 * Finds a free port of `host`. Another process may take it before it is used.
 * @throws when `host` is no address of this machine.
 */
async function findFreePort(host: string): Promise<number> {
  const server = createServer();
  server.listen(0, host);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

const firstDelayMs = 100;
const longestDelayMs = 10_000;

/**
 * Returns the pause before a process that died is replaced. It doubles with every death in a row,
 * so that a process that cannot start does not keep a core busy.
 */
function restartDelayMs(deathsInARow: number): number {
  return Math.min(firstDelayMs * 2 ** Math.max(0, deathsInARow - 1), longestDelayMs);
}
