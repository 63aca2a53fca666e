import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { MetricsText } from './metrics.ts';

/** The tasks of a handler that are stored. */
export interface TaskStock {
  readonly handler: string;
  /** Numbers by state. */
  readonly states: Readonly<Record<string, number>>;
  /** Absent where none waits. */
  readonly oldestWaitingMs: number | undefined;
}

export interface HandlerMetrics {
  taskRun(run: {
    readonly handler: string;
    readonly outcome: string;
    readonly durationMs: number;
  }): void;
  /** Replaces the stocks of all handlers; `undefined` while they cannot be read. */
  taskStocks(stocks: readonly TaskStock[] | undefined): void;
  /** Makes the counters of these handlers start at zero. */
  handlersKnown(names: readonly string[]): void;
  /** Returns all metrics in Prometheus' text format. */
  read(): Promise<MetricsText>;
}

/** From a row of one's own to a slow system outside. */
const runSeconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];
const outcomes = ['done', 'skipped', 'retried', 'dead', 'released', 'lost'] as const;

/** Creates the metrics of a handlers process. */
export function createHandlerMetrics(): HandlerMetrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const runs = new Counter({
    name: 'sinch_handler_runs_total',
    help: 'Runs of handlers, by handler and outcome.',
    labelNames: ['handler', 'outcome'],
    registers,
  });
  const seconds = new Histogram({
    name: 'sinch_handler_run_seconds',
    help: 'How long a run took, its settlement included.',
    labelNames: ['handler'],
    buckets: runSeconds,
    registers,
  });
  const tasks = new Gauge({
    name: 'sinch_handler_tasks',
    help: 'Tasks that wait or are dead, by handler and state.',
    labelNames: ['handler', 'state'],
    registers,
  });
  const oldest = new Gauge({
    name: 'sinch_handler_oldest_waiting_seconds',
    help: 'The age of the oldest task that waits; 0 where none does.',
    labelNames: ['handler'],
    registers,
  });
  return {
    taskRun({ handler, outcome, durationMs }) {
      runs.inc({ handler, outcome });
      seconds.observe({ handler }, durationMs / 1000);
    },
    taskStocks(stocks) {
      tasks.reset();
      oldest.reset();
      for (const { handler, states, oldestWaitingMs = 0 } of stocks ?? []) {
        for (const [state, count] of Object.entries(states)) tasks.set({ handler, state }, count);
        oldest.set({ handler }, oldestWaitingMs / 1000);
      }
    },
    handlersKnown(names) {
      for (const handler of names) {
        for (const outcome of outcomes) runs.inc({ handler, outcome }, 0);
      }
    },
    read: async () => ({ contentType: registry.contentType, text: await registry.metrics() }),
  };
}
