import { collectDefaultMetrics, Registry } from 'prom-client';
import { type ClosedLabels, createEventMetrics } from './event-metrics.ts';
import type { Metrics, MetricsText } from './metrics.ts';
import { createReconcileMetrics, type ReconcileLabels } from './reconcile-metrics.ts';
import { createRetentionMetrics, type RetentionLabels } from './retention-metrics.ts';
import { createStockMetrics } from './stock-metrics.ts';

export interface PrometheusMetrics extends Metrics {
  /** Returns all metrics since the process started, in Prometheus' text format. */
  read(): Promise<MetricsText>;
}

export interface MetricsOptions extends ClosedLabels {
  /** True to include the process: its CPU, memory, event loop and garbage collection. */
  readonly hasProcess?: boolean;
  /** Absent where nothing is compared with what Sinch keeps. */
  readonly reconcile?: ReconcileLabels | undefined;
  /** Absent where nothing expires. */
  readonly retention?: RetentionLabels | undefined;
}

/**
 * Counts in memory: a process starts at zero, and Prometheus adds several processes up. A label set
 * that is known beforehand starts at zero, since an alert on an increase ignores a counter whose
 * first value is above zero. An entry of its own, so that other processes do not load the library.
 */
export function createMetrics({
  hasProcess = false,
  reconcile,
  retention,
  ...labels
}: MetricsOptions = {}): PrometheusMetrics {
  const registry = new Registry();
  if (hasProcess) collectDefaultMetrics({ register: registry });
  return {
    ...createEventMetrics(registry, labels),
    ...createStockMetrics(registry),
    ...createReconcileMetrics(registry, reconcile),
    ...createRetentionMetrics(registry, retention),
    read: async () => ({ contentType: registry.contentType, text: await registry.metrics() }),
  };
}
