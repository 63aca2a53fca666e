import type { DatabaseLimits } from '@sinch-callbacks/db';
import type { ConsumerTimings } from '@sinch-callbacks/queue';
import { type BoardTimings, defaultBoardTimings } from './keep-board.ts';
import { defaultOutageTimings, type OutageTimings } from './outage.ts';
import { defaultProgressTimings, type ProgressTimings } from './progress-monitor.ts';
import { defaultWaitTimings, type WaitTimings } from './wait-for-database.ts';
import { defaultWatchdogTimings, type WatchdogTimings } from './watch-event-loop.ts';
import { defaultStockTimings, type StockTimings } from './watch-stocks.ts';

/** Everything that a worker does after a time, for tests in which hours must pass in seconds. */
export interface WorkerTimings {
  readonly queue: Partial<ConsumerTimings>;
  readonly database: Partial<DatabaseLimits>;
  readonly databaseWait: WaitTimings;
  readonly outages: OutageTimings;
  readonly progress: ProgressTimings;
  readonly eventLoop: WatchdogTimings;
  readonly stocks: StockTimings;
  readonly board: BoardTimings;
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
};
