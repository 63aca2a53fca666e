import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { MetricsText } from './metrics.ts';

export interface SenderMetrics {
  /** Counts a message by the state that a try left it in. */
  messageSent(state: string): void;
  /** Counts messages that are too late to be sent, as `expired`. */
  messagesExpired(count: number): void;
  /** Counts a request to Sinch; without an answer its status is `none`. */
  requestEnded(request: { readonly operation: string; readonly status: number | undefined }): void;
  /** Replaces the numbers of messages by state; `undefined` while they cannot be read. */
  messageStocks(stocks: ReadonlyMap<string, number> | undefined): void;
  /** Returns all metrics in Prometheus' text format. */
  read(): Promise<MetricsText>;
}

/** Ends of a try, and the end of what was not tried in time. */
const ends = ['SENT', 'REFUSED', 'UNCERTAIN', 'QUEUED', 'lost', 'expired'] as const;

/** Creates the metrics of a sender. */
export function createSenderMetrics(): SenderMetrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const tries = new Counter({
    name: 'sinch_outbound_total',
    help: 'Tries to send a message, by the state that they left it in.',
    labelNames: ['state'],
    registers,
  });
  for (const state of ends) tries.inc({ state }, 0);
  const requests = new Counter({
    name: 'sinch_api_requests_total',
    help: "Requests to Sinch's API, by operation and HTTP status; none without an answer.",
    labelNames: ['operation', 'status'],
    registers,
  });
  const stocks = new Gauge({
    name: 'sinch_outbound_messages',
    help: 'Messages that are not settled, by state.',
    labelNames: ['state'],
    registers,
  });
  return {
    messageSent: (state) => tries.inc({ state }),
    messagesExpired: (count) => tries.inc({ state: 'expired' }, count),
    requestEnded({ operation, status }) {
      requests.inc({ operation, status: String(status ?? 'none') });
    },
    messageStocks(counts) {
      stocks.reset();
      for (const [state, count] of counts ?? []) stocks.set({ state }, count);
    },
    read: async () => ({ contentType: registry.contentType, text: await registry.metrics() }),
  };
}
