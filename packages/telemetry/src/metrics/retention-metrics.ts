import { Counter, Gauge, type Registry } from 'prom-client';
import type { RetentionMetrics } from './metrics.ts';

/** The closed label sets of a worker with a schedule of removals. */
export interface RetentionLabels {
  /** Tables that rows are removed of. */
  readonly tables: readonly string[];
  /** Tables whose rows are redacted. */
  readonly redacted: readonly string[];
  /** Tables whose rows may fail one by one. */
  readonly failed: readonly string[];
  readonly outcomes: readonly string[];
}

/** Creates the metrics of scheduled removals. Without labels none is registered. */
export function createRetentionMetrics(
  registry: Registry,
  labels: RetentionLabels | undefined,
): RetentionMetrics {
  const registers = labels === undefined ? [] : [registry];
  const rows = new Counter({
    name: 'sinch_retention_rows_total',
    help: 'Rows that the schedule removed or redacted, by table.',
    labelNames: ['table', 'action'],
    registers,
  });
  const runs = new Counter({
    name: 'sinch_retention_runs_total',
    help: 'Scheduled removals, by outcome.',
    labelNames: ['outcome'],
    registers,
  });
  const lastSuccess = new Gauge({
    name: 'sinch_retention_last_success_timestamp_seconds',
    help: 'When a worker last removed all that was due, as Unix time; 0 while it is not known.',
    registers,
  });
  for (const table of labels?.tables ?? []) rows.inc({ table, action: 'removed' }, 0);
  for (const table of labels?.redacted ?? []) rows.inc({ table, action: 'redacted' }, 0);
  for (const table of labels?.failed ?? []) rows.inc({ table, action: 'failed' }, 0);
  for (const outcome of labels?.outcomes ?? []) runs.inc({ outcome }, 0);
  return {
    rowsRetired: ({ table, action, rows: count }) => rows.inc({ table, action }, count),
    retentionEnded: (outcome) => runs.inc({ outcome }),
    retentionSucceeded: (at) => lastSuccess.set(at.getTime() / 1000),
  };
}
