import type { Database } from '@sinch-callbacks/db';
import { countTaskStocks } from '@sinch-callbacks/handlers';
import type { HandlerMetrics } from '@sinch-callbacks/telemetry/handler-metrics';

const everyMs = 15_000;

/**
 * Counts the stored tasks at intervals, for `/metrics`. Figures that cannot be read are not shown.
 */
export function watchTasks(
  database: Database,
  metrics: Pick<HandlerMetrics, 'taskStocks'>,
  onError: (error: unknown) => void,
): { readonly stop: () => void } {
  let counting: Promise<void> | undefined;

  async function count(): Promise<void> {
    try {
      metrics.taskStocks(await countTaskStocks(database));
    } catch (error) {
      metrics.taskStocks(undefined);
      onError(error);
    }
  }

  function countOnce(): void {
    counting ??= count().finally(() => {
      counting = undefined;
    });
  }

  countOnce();
  const timer = setInterval(countOnce, everyMs);
  return { stop: () => clearInterval(timer) };
}
