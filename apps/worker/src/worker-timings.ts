import type { DatabaseLimits } from '@sinch-callbacks/db';
import type { ConsumerTimings } from '@sinch-callbacks/queue';
import { defaultOutageTimings, type OutageTimings } from '@sinch-callbacks/telemetry';
import { defaultWaitTimings, type WaitTimings } from './apply/wait-for-database.ts';
import { defaultProgressTimings, type ProgressTimings } from './health/progress-monitor.ts';
import { defaultWatchdogTimings, type WatchdogTimings } from './health/watch-event-loop.ts';
import { defaultStockTimings, type StockTimings } from './metrics/watch-stocks.ts';
import { type BoardTimings, defaultBoardTimings } from './upkeep/keep-board.ts';
import { defaultReconcileTimings, type ReconcileTimings } from './upkeep/keep-reconciled.ts';
import { defaultRetentionTimings, type RetentionTimings } from './upkeep/keep-retained.ts';

/** All intervals and timeouts of a worker, for tests in which hours must pass in seconds. */
export interface WorkerTimings {
  readonly queue: Partial<ConsumerTimings>;
  readonly database: Partial<DatabaseLimits>;
  readonly databaseWait: WaitTimings;
  readonly outages: OutageTimings;
  readonly progress: ProgressTimings;
  readonly eventLoop: WatchdogTimings;
  readonly stocks: StockTimings;
  readonly board: BoardTimings;
  readonly reconcile: ReconcileTimings;
  readonly retention: RetentionTimings;
}

export const defaultWorkerTimings: WorkerTimings = {
  queue: {},
  database: {},
  databaseWait: defaultWaitTimings,
  outages: defaultOutageTimings,
  progress: defaultProgressTimings,
  eventLoop: defaultWatchdogTimings,
  stocks: defaultStockTimings,
  board: defaultBoardTimings,
  reconcile: defaultReconcileTimings,
  retention: defaultRetentionTimings,
};
