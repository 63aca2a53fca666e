import { AggregatorRegistry, Gauge, Histogram, Registry } from 'prom-client';
import { type AnswerLabels, createAnswerCounter } from './answer-counter.ts';
import type { MetricsText } from './metrics.ts';

export { type AnswerLabels, knownAnswers } from './answer-counter.ts';

export interface IngestMetrics {
  /** @param durationMs from request to answer, for a request that reached the webhook. */
  answered(labels: AnswerLabels, durationMs?: number): void;
  /** Records that this partition's events go to the fallback, or no longer do. */
  fallbackActive(partition: number, isActive: boolean): void;
  /** Returns all metrics since the process started, in Prometheus' text format. */
  read(): Promise<MetricsText>;
}

/** The buckets end at a few seconds, because Sinch waits no longer. */
const ackSeconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Counts the answers of one ingest process, in memory. */
export function createIngestMetrics(): IngestMetrics {
  const registry = new Registry();
  const registers = [registry];
  const countAnswer = createAnswerCounter(registry);
  const acks = new Histogram({
    name: 'sinch_ack_duration_seconds',
    help: 'From a request to the webhook to its answer.',
    buckets: ackSeconds,
    registers,
  });
  const fallback = new Gauge({
    name: 'sinch_fallback_active',
    help: '1 while events go to the queue on Postgres, since Redis is down or nearly full.',
    aggregator: 'max',
    registers,
  });
  fallback.set(0);
  const onFallback = new Set<number>();
  AggregatorRegistry.setRegistries(registry);

  return {
    answered(labels, durationMs) {
      countAnswer(labels);
      if (durationMs !== undefined) acks.observe(durationMs / 1000);
    },
    fallbackActive(partition, isActive) {
      if (isActive) onFallback.add(partition);
      else onFallback.delete(partition);
      fallback.set(onFallback.size > 0 ? 1 : 0);
    },
    read: async () => ({ contentType: registry.contentType, text: await registry.metrics() }),
  };
}

/**
 * Adds up the metrics of a cluster's processes. The primary asks; the others answer once they have
 * called this too.
 */
export function openClusterMetrics(): { read(): Promise<MetricsText> } {
  const registry = new AggregatorRegistry();
  return {
    read: async () => ({
      contentType: registry.contentType,
      text: await registry.clusterMetrics(),
    }),
  };
}
