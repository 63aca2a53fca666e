import type { WorkerConfig } from '@sinch-callbacks/config';
import { createEventWriter, openDatabase } from '@sinch-callbacks/db';
import { inspectBackend, openBoardQueues } from '@sinch-callbacks/queue';
import {
  dependencyLost,
  dependencyRestored,
  type Logger,
  workerStarted,
} from '@sinch-callbacks/telemetry';
import { createMetrics } from '@sinch-callbacks/telemetry/metrics';
import { startAdminServer } from './admin/admin-server.ts';
import { openLanes } from './open-lanes.ts';
import { watchProgress } from './progress-monitor.ts';
import { createLetterRecorder } from './record-letter.ts';
import { createJobReporter } from './report-job.ts';
import { stopWorker } from './stop-worker.ts';
import { createDatabaseWait } from './wait-for-database.ts';
import { watchQueueConnection } from './watch-queue-connection.ts';
import { watchQueueMemory } from './watch-queue-memory.ts';

export interface RunningWorker {
  /** Where the admin pages are. */
  readonly adminUrl: string;
  /**
   * Takes no more jobs, finishes those in hand or gives them back at the deadline, and closes
   * everything in reverse order. Idempotent; never throws.
   */
  stop(signal: string): Promise<void>;
}

/** A batch of live events, one of replays, dead letters, and the health checks. */
const poolSize = 5;

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
  const metrics = createMetrics();
  const telemetry = { logger, metrics };
  const steps = {
    recordLetter: createLetterRecorder(database, databaseWait, now),
    report: createJobReporter(telemetry),
    now,
    onConnectionError: watchQueueConnection(logger, Date.now),
  };
  const writer = createEventWriter(database, now);
  const { consumers, batchers } = openLanes(config, steps, writer, databaseWait, telemetry);
  const board = openBoardQueues(location, steps.onConnectionError);
  const monitor = watchProgress(consumers, () => databaseWait.isWaiting(), Date.now);
  const memoryWatch = watchQueueMemory(async () => await inspectBackend(config.queue), telemetry);
  const sources = { board, monitor, database, consumers, metrics, logger };
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
        {
          consumers,
          started,
          batchers,
          databaseWait,
          monitor,
          memoryWatch,
          admin,
          board,
          database,
        },
        signal,
        logger,
      )),
  };
}
