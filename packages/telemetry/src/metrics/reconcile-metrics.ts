import { Counter, Gauge, type Registry } from 'prom-client';
import type { ReconcileMetrics } from './metrics.ts';

/** The closed label sets of a worker that compares what Sinch keeps. */
export interface ReconcileLabels {
  readonly kinds: readonly string[];
  readonly outcomes: readonly string[];
}

/**
 * Creates the metrics of the scheduled comparison. Without labels none is registered: a worker
 * without a schedule shows none of them.
 */
export function createReconcileMetrics(
  registry: Registry,
  labels: ReconcileLabels | undefined,
): ReconcileMetrics {
  const registers = labels === undefined ? [] : [registry];
  const found = new Counter({
    name: 'sinch_reconcile_found_total',
    help: "What Sinch's list of messages shows and the database did not have, by kind.",
    labelNames: ['kind'],
    registers,
  });
  const runs = new Counter({
    name: 'sinch_reconcile_runs_total',
    help: 'Comparisons with what Sinch keeps, by outcome.',
    labelNames: ['outcome'],
    registers,
  });
  const lastSuccess = new Gauge({
    name: 'sinch_reconcile_last_success_timestamp_seconds',
    help: 'When the last complete comparison ended, as Unix time; 0 while there was none.',
    registers,
  });
  // Without labels it would show 0 before the app was read.
  const kept = new Gauge({
    name: 'sinch_reconcile_messages_kept',
    help: '1 where Sinch keeps messages of the app; 0 where it keeps none: nothing can be known.',
    registers: [],
  });
  for (const kind of labels?.kinds ?? []) found.inc({ kind }, 0);
  for (const outcome of labels?.outcomes ?? []) runs.inc({ outcome }, 0);
  return {
    reconcileFound: (kind) => found.inc({ kind }),
    reconcileEnded(outcome) {
      runs.inc({ outcome });
      if (outcome === 'complete') lastSuccess.setToCurrentTime();
    },
    messagesKept(isKept) {
      registry.registerMetric(kept);
      kept.set(Number(isKept));
    },
  };
}
