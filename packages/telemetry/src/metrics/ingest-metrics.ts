import { AggregatorRegistry, Gauge, Histogram, Registry } from 'prom-client';
import { type AnswerLabels, createAnswerCounter } from './answer-counter.ts';
import type { MetricsText } from './metrics.ts';

export { type AnswerLabels, knownAnswers } from './answer-counter.ts';

export interface IngestMetrics {
  /** @param durationMs from the request to its answer, of one that reached the webhook. */
  answered(labels: AnswerLabels, durationMs?: number): void;
  /** Whether events of this partition of the queue go to the fallback. */
  fallbackActive(partition: number, isActive: boolean): void;
  /** Everything counted since the process began, in Prometheus' text format. */
  read(): Promise<MetricsText>;
}

/** Sinch waits for a few seconds. */
const ackSeconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Counts what one process of ingest answers, in memory. */
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
    help: '1 while events go to the queue on Postgres, since Redis is away or nearly full.',
    aggregator: 'max',
    registers,
  });
  fallback.set(0);
  const turned = new Set<number>();
  AggregatorRegistry.setRegistries(registry);

  return {
    answered(labels, durationMs) {
      countAnswer(labels);
      if (durationMs !== undefined) acks.observe(durationMs / 1000);
    },
    fallbackActive(partition, isActive) {
      if (isActive) turned.add(partition);
      else turned.delete(partition);
      fallback.set(turned.size > 0 ? 1 : 0);
    },
    read: async () => ({ contentType: registry.contentType, text: await registry.metrics() }),
  };
}

/**
 * Adds up what the processes of a cluster have counted. The primary asks; the others answer as
 * soon as this was called in them too.
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
