import type { WorkerConfig } from '@sinch-callbacks/config';
import { createEventWriter, openDatabase } from '@sinch-callbacks/db';
import { type Lane, openBoardQueues, openConsumer } from '@sinch-callbacks/queue';
import {
  dependencyLost,
  dependencyRestored,
  type Logger,
  workerStarted,
} from '@sinch-callbacks/telemetry';
import { createMetrics } from '@sinch-callbacks/telemetry/metrics';
import { startAdminServer } from './admin/admin-server.ts';
import { createEventBatcher } from './event-batcher.ts';
import { createHandler } from './handle-event.ts';
import { watchProgress } from './progress-monitor.ts';
import { createLetterRecorder } from './record-letter.ts';
import { createJobReporter } from './report-job.ts';
import { stopWorker } from './stop-worker.ts';
import { createDatabaseWait } from './wait-for-database.ts';
import { watchQueueConnection } from './watch-queue-connection.ts';

export interface RunningWorker {
  /** Where the admin pages are. */
  readonly adminUrl: string;
  /**
   * Takes no more jobs, finishes those in hand or gives them back at the deadline, and closes
   * everything in reverse order. Idempotent; never throws.
   */
  stop(signal: string): Promise<void>;
}

/** Two batches at most are under way: one for each lane's writer, and their dead letters. */
const poolSize = 4;
const maxBatchSize = 500;
/** Replays must not delay live events, nor overload what they failed on before. */
const replaysPerSecond = 50;
const replayConcurrency = 10;

/** Opens everything a worker needs and begins to take jobs. */
export async function startWorker(config: WorkerConfig, logger: Logger): Promise<RunningWorker> {
  const now = () => new Date();
  const location = { backend: config.queue, prefix: config.queuePrefix };
  const database = openDatabase({ url: config.databaseUrl, poolSize });
  const databaseWait = createDatabaseWait(
    {
      onLost: (error) => dependencyLost(logger, { dependency: 'database', error }),
      onRestored: (awayMs) => dependencyRestored(logger, { dependency: 'database', awayMs }),
    },
    Date.now,
  );
  const batcher = createEventBatcher(createEventWriter(database, now), databaseWait, maxBatchSize);
  const metrics = createMetrics();
  const telemetry = { logger, metrics };
  const steps = {
    handle: createHandler(batcher, telemetry),
    recordLetter: createLetterRecorder(database, databaseWait, now),
    report: createJobReporter(telemetry),
    now,
    onConnectionError: watchQueueConnection(logger, Date.now),
  };
  const openLane = (lane: Lane, limits: { concurrency: number; ratePerSecond?: number }) =>
    openConsumer({ ...location, ...steps, ...limits, lane });
  /** What ingest queued while Redis was away. Its dead letters' copies stay on that side. */
  const openFallbackLane = () => {
    const { fallbackQueue: backend, queuePrefix: prefix, concurrency } = config;
    if (backend === undefined) return [];
    return [openConsumer({ ...steps, backend, prefix, concurrency, lane: 'live' })];
  };
  const consumers = [
    openLane('live', { concurrency: config.concurrency }),
    openLane('replay', { concurrency: replayConcurrency, ratePerSecond: replaysPerSecond }),
    ...openFallbackLane(),
  ];
  const board = openBoardQueues(location, steps.onConnectionError);
  const monitor = watchProgress(consumers, () => databaseWait.isWaiting(), Date.now);
  const sources = { board, monitor, database, consumers, metrics };
  const admin = await startAdminServer({ ...config.admin, ...sources });

  const { adminUrl } = admin;
  const { concurrency, queue } = config;
  workerStarted(logger, {
    concurrency,
    queue: queue.kind,
    adminHost: config.admin.host,
    adminPort: Number(new URL(adminUrl).port),
  });
  const started = Promise.all(consumers.map((consumer) => consumer.start()));
  let stopped: Promise<void> | undefined;
  return {
    adminUrl,
    stop: (signal) =>
      (stopped ??= stopWorker(
        { consumers, started, batcher, databaseWait, monitor, admin, board, database },
        signal,
        logger,
      )),
  };
}
