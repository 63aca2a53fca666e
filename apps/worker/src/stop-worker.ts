import type { Database } from '@sinch-callbacks/db';
import type { HandlerView } from '@sinch-callbacks/handlers';
import type { BoardQueues, Consumer } from '@sinch-callbacks/queue';
import {
  type Logger,
  processFailed,
  workerStopped,
  workerStopping,
} from '@sinch-callbacks/telemetry';
import type { AdminServer } from './admin/admin-server.ts';
import type { EventBatcher } from './apply/event-batcher.ts';
import type { DatabaseWait } from './apply/wait-for-database.ts';
import type { ProgressMonitor } from './health/progress-monitor.ts';
import type { QueueMemoryWatch } from './health/watch-queue-memory.ts';
import type { StockWatch } from './metrics/watch-stocks.ts';
import type { BoardKeeper } from './upkeep/keep-board.ts';
import type { PartitionKeeper } from './upkeep/keep-partitions.ts';
import type { ReconcileKeeper } from './upkeep/keep-reconciled.ts';
import type { RetentionKeeper } from './upkeep/keep-retained.ts';

export interface WorkerParts {
  readonly consumers: readonly Consumer[];
  readonly started: Promise<unknown>;
  readonly batchers: readonly EventBatcher[];
  readonly databaseWait: DatabaseWait;
  readonly monitor: ProgressMonitor;
  readonly memoryWatch: QueueMemoryWatch;
  readonly stocks: StockWatch;
  readonly boardKeeper: BoardKeeper;
  readonly partitions: PartitionKeeper;
  readonly reconcileKeeper: ReconcileKeeper | undefined;
  readonly retentionKeeper: RetentionKeeper | undefined;
  readonly handlers: HandlerView;
  readonly admin: AdminServer;
  readonly board: BoardQueues;
  readonly database: Database;
}

/** Time to finish the jobs in progress; then they return to the queue. */
const finishWithinMs = 10_000;
/** Time to return jobs and close connections. The locks of jobs that are left expire. */
const closeWithinMs = 5_000;

/** See `RunningWorker.stop`. */
export async function stopWorker(
  parts: WorkerParts,
  signal: string,
  logger: Logger,
): Promise<void> {
  const startedAt = Date.now();
  workerStopping(logger, { signal });
  // At once, so that no removal begins while the last jobs are awaited.
  const retention = settlesWithin(stopRetention(parts), finishWithinMs, logger);
  const idle = Promise.all(parts.consumers.map((consumer) => consumer.stopTaking()));
  const hasFinished = await settlesWithin(idle, finishWithinMs, logger);
  if (!hasFinished) {
    parts.databaseWait.stop();
    for (const batcher of parts.batchers) batcher.stop();
    await settlesWithin(idle, closeWithinMs, logger);
  }
  parts.monitor.stop();
  parts.memoryWatch.stop();
  parts.stocks.stop();
  parts.boardKeeper.stop();
  parts.partitions.stop();
  parts.handlers.stop();
  await retention;
  await settlesWithin(closeInOrder(parts), closeWithinMs, logger);
  workerStopped(logger, { durationMs: Date.now() - startedAt, allFinished: hasFinished });
}

async function stopRetention({ retentionKeeper }: WorkerParts): Promise<void> {
  await retentionKeeper?.stop();
}

async function closeInOrder(parts: WorkerParts): Promise<void> {
  await parts.admin.close();
  const consumers = parts.consumers.map((consumer) => consumer.close());
  await Promise.all([parts.reconcileKeeper?.stop(), ...consumers]);
  await parts.board.close();
  await parts.started;
  await parts.database.close();
}

/** Resolves with true if `work` ends in time. An error is logged, and counts as an end. */
async function settlesWithin(
  work: Promise<unknown>,
  timeoutMs: number,
  logger: Logger,
): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), timeoutMs);
  });
  const settled = work.then(
    () => true,
    (error: unknown) => {
      processFailed(logger, error);
      return true;
    },
  );
  const inTime = await Promise.race([settled, deadline]);
  clearTimeout(timer);
  return inTime;
}
