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
  /** Measures no more. What is under way ends by its own deadline. */
  stop(): void;
}

export interface Stocks {
  readonly lanes: readonly {
    readonly name: string;
    readonly consumer: Pick<Consumer, 'stock'>;
  }[];
  readonly database: Database;
  readonly apps: AppsSeen;
  /** Takes what ingest that nothing can scrape has answered since this was asked before. */
  readonly takeAnswers: () => Promise<readonly AnswerCount[]>;
}

export interface StockTimings {
  readonly everyMs: number;
  /** For one figure. Less than that, so that one round is over when the next begins. */
  readonly deadlineMs: number;
}

export const defaultStockTimings: StockTimings = { everyMs: 15_000, deadlineMs: 5_000 };
const maxApps = 50;

/**
 * Measures what lies on the queues and in the database, now and then, for `/metrics`. What does
 * not answer in time is not shown until it does: an old figure would say that all is well.
 */
export function watchStocks(
  { lanes, database, apps, takeAnswers }: Stocks,
  { metrics }: Pick<Telemetry, 'metrics'>,
  { everyMs, deadlineMs }: StockTimings = defaultStockTimings,
): StockWatch {
  const inTime = <T>(measure: () => Promise<T>) => withinTime(measure, deadlineMs);

  async function look(): Promise<void> {
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
      lookAtApps(),
      countAnswers(),
    ]);
  }

  /** Without a deadline: what was taken is nowhere else any more, however late it comes. */
  async function countAnswers(): Promise<void> {
    const answers = await takeAnswers().catch(() => []);
    for (const { count, ...labels } of answers) metrics.ingestAnswered(labels, count);
  }

  /** Each worker has heard of some callbacks only; the table knows what all have heard. */
  async function lookAtApps(): Promise<void> {
    const news = apps.takeNews();
    if (news.length > 0) await inTime(() => noteAppsSeen(database, news));
    const known = (await inTime(() => listAppsSeen(database, maxApps + 1))) ?? news;
    for (const { appId, lastCallbackAt } of known) {
      metrics.lastCallback(appId, lastCallbackAt.getTime() / 1000);
    }
  }

  void look();
  const timer = setInterval(() => void look(), everyMs);
  return { stop: () => clearInterval(timer) };
}

/** `undefined` where it fails or takes too long. */
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
