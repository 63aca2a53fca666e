import {
  type Database,
  inspectDatabase,
  listAppsSeen,
  measureOpenLetters,
  noteAppsSeen,
} from '@sinch-callbacks/db';
import type { AnswerCount, Consumer } from '@sinch-callbacks/queue';
import type { Telemetry } from '@sinch-callbacks/telemetry';
import type { AppsSeen } from './apps-seen.ts';

export interface StockWatch {
  /** Stops measuring. A measurement in progress ends by its own deadline. */
  stop(): void;
}

export interface Stocks {
  readonly lanes: readonly {
    readonly name: string;
    readonly consumer: Pick<Consumer, 'stock'>;
  }[];
  readonly database: Database;
  readonly apps: AppsSeen;
  /** Takes the answer counts that ingest processes without `/metrics` added since the last call. */
  readonly takeAnswers: () => Promise<readonly AnswerCount[]>;
}

export interface StockTimings {
  readonly everyMs: number;
  /** For one figure. Less than `everyMs`, so that one round ends before the next begins. */
  readonly deadlineMs: number;
}

export const defaultStockTimings: StockTimings = { everyMs: 15_000, deadlineMs: 5_000 };
const maxApps = 50;

/**
 * Measures the queues and the database at intervals, for `/metrics`. A figure that misses its
 * deadline is not shown until it is read again: an old one would look as if all were well.
 */
export function watchStocks(
  { lanes, database, apps, takeAnswers }: Stocks,
  { metrics }: Pick<Telemetry, 'metrics'>,
  { everyMs, deadlineMs }: StockTimings = defaultStockTimings,
): StockWatch {
  const inTime = <T>(measure: () => Promise<T>) => withinTime(measure, deadlineMs);

  async function measureAll(): Promise<void> {
    await Promise.all([
      ...lanes.map(async ({ name, consumer }) => {
        metrics.laneStock(name, await inTime(() => consumer.stock()));
      }),
      inTime(() => measureOpenLetters(database)).then((letters) =>
        metrics.deadLettersOpen(letters),
      ),
      inTime(() => inspectDatabase(database)).then((state) =>
        metrics.pendingMigrations(state?.pendingMigrations.length),
      ),
      measureApps(),
      countAnswers(),
    ]);
  }

  /** Without a deadline: counts that were taken exist nowhere else, however late they arrive. */
  async function countAnswers(): Promise<void> {
    const answers = await takeAnswers().catch(() => []);
    for (const { count, ...labels } of answers) metrics.ingestAnswered(labels, count);
  }

  /** Stores this worker's times and reads the table, which holds those of all workers. */
  async function measureApps(): Promise<void> {
    const updates = apps.takeUpdates();
    if (updates.length > 0) await inTime(() => noteAppsSeen(database, updates));
    const known = (await inTime(() => listAppsSeen(database, maxApps + 1))) ?? updates;
    for (const { appId, lastCallbackAt } of known) {
      metrics.lastCallback(appId, lastCallbackAt.getTime() / 1000);
    }
  }

  void measureAll();
  const timer = setInterval(() => void measureAll(), everyMs);
  return { stop: () => clearInterval(timer) };
}

/** Resolves with `undefined` where `measure` fails or takes too long. */
async function withinTime<T>(
  measure: () => Promise<T>,
  deadlineMs: number,
): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, deadlineMs, undefined);
  });
  try {
    return await Promise.race([measure(), late]);
  } catch {
    return undefined;
  } finally {
    clearTimeout(timer);
  }
}
