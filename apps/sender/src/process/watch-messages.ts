import type { Database } from '@sinch-callbacks/db';
import { countUnsettled } from '@sinch-callbacks/outbound';
import type { SenderMetrics } from '@sinch-callbacks/telemetry/sender-metrics';

const everyMs = 15_000;

/** Counts messages at intervals, for `/metrics`. Numbers that cannot be read are not shown. */
export function watchMessages(
  database: Database,
  appId: string,
  metrics: Pick<SenderMetrics, 'messageStocks'>,
): { readonly stop: () => void } {
  let counting: Promise<void> | undefined;
  const count = () => {
    counting ??= countUnsettled(database, appId)
      // The sender itself reports a database that is down.
      .catch(() => undefined)
      .then((stocks) => metrics.messageStocks(stocks))
      .finally(() => {
        counting = undefined;
      });
  };
  count();
  const timer = setInterval(count, everyMs);
  return { stop: () => clearInterval(timer) };
}
