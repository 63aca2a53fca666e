import { collectDefaultMetrics, Registry } from 'prom-client';
import { type ClosedLabels, createEventMetrics } from './event-metrics.ts';
import type { Metrics, MetricsText } from './metrics.ts';
import { createStockMetrics } from './stock-metrics.ts';

export interface PrometheusMetrics extends Metrics {
  /** Everything counted since the process began, in Prometheus' text format. */
  read(): Promise<MetricsText>;
}

export interface MetricsOptions extends ClosedLabels {
  /** Whether to tell of the process too: its CPU, memory, event loop and garbage. */
  readonly hasProcess?: boolean;
}

/**
 * Counts in memory: a process begins at zero, and Prometheus adds several up. A label
 * set that is known beforehand is there from the beginning, since an alert on an increase does
 * not see a counter that is born above zero.
 * In a file of its own, so that a process that counts nothing does not load the library.
 */
export function createMetrics({
  hasProcess = false,
  ...labels
}: MetricsOptions = {}): PrometheusMetrics {
  const registry = new Registry();
  if (hasProcess) collectDefaultMetrics({ register: registry });
  return {
    ...createEventMetrics(registry, labels),
    ...createStockMetrics(registry),
    read: async () => ({ contentType: registry.contentType, text: await registry.metrics() }),
  };
}
