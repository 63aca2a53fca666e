import { Counter, Gauge, Registry } from 'prom-client';
import type { Metrics, MetricsText } from './metrics.ts';

export interface PrometheusMetrics extends Metrics {
  /** Everything counted since the process began, in Prometheus' text format. */
  read(): Promise<MetricsText>;
}

export interface MetricsOptions {
  /** Fields of callbacks that hold a time: each has its count of unreadable ones from the start. */
  readonly timeFields?: readonly string[];
}

/**
 * Counts in memory: a process begins at zero, and whoever scrapes several adds them up.
 * In a file of its own, so that ingest, which counts nothing, does not load the library.
 */
export function createMetrics({ timeFields = [] }: MetricsOptions = {}): PrometheusMetrics {
  const registry = new Registry();
  const registers = [registry];
  const applied = new Counter({
    name: 'sinch_events_total',
    help: 'Events that are in the database, by trigger and by what applying came to.',
    labelNames: ['trigger', 'result'],
    registers,
  });
  const failed = new Counter({
    name: 'sinch_attempts_failed_total',
    help: 'Failed attempts at applying an event that will be tried again, by error class.',
    labelNames: ['class'],
    registers,
  });
  const dead = new Counter({
    name: 'sinch_dead_letters_total',
    help: 'Events given up, by cause.',
    labelNames: ['cause'],
    registers,
  });
  const stale = new Counter({
    name: 'sinch_stale_events_total',
    help: 'Events whose signature was older than the tolerance when they came.',
    registers,
  });
  const future = new Counter({
    name: 'sinch_future_events_total',
    help: "Events whose signature was further ahead of ingest's clock than the tolerance.",
    registers,
  });
  const bySecret = new Counter({
    name: 'sinch_events_by_secret_total',
    help: 'Events by the position in SINCH_WEBHOOK_SECRET of the secret that signed them.',
    labelNames: ['position'],
    registers,
  });
  const secretLastSeen = new Gauge({
    name: 'sinch_secret_last_seen_timestamp_seconds',
    help: 'When the last callback came that this secret signed, as Unix time.',
    labelNames: ['position'],
    registers,
  });
  const unreadableTimes = new Counter({
    name: 'sinch_unreadable_times_total',
    help: 'Times of events that could not be read, by field: their events order as of receipt.',
    labelNames: ['field'],
    registers,
  });
  for (const field of timeFields) unreadableTimes.inc({ field }, 0);
  // Shown from the first reading on: where the queue lives in Postgres there is none.
  const usedMemory = new Gauge({
    name: 'sinch_redis_used_memory_bytes',
    help: 'Memory that Redis has taken, as far as it counts against its limit.',
    registers: [],
  });
  const maxMemory = new Gauge({
    name: 'sinch_redis_max_memory_bytes',
    help: "Redis' maxmemory, or the memory of its machine where none is set.",
    registers: [],
  });
  const partitions = new Gauge({
    name: 'sinch_partitions_ahead',
    help: 'Weeks to come that have their partition of events.',
    registers: [],
  });
  const lastSeen = new Map<number, number>();

  return {
    eventEnded({ secretPosition, stale: isStale, future: isFuture, receivedAt }) {
      if (isStale) stale.inc();
      if (isFuture) future.inc();
      if (secretPosition === undefined) return;
      const position = String(secretPosition);
      bySecret.inc({ position });
      const seconds = Date.parse(receivedAt ?? '') / 1000;
      // Events do not end in the order in which they came.
      if (!(seconds > (lastSeen.get(secretPosition) ?? 0))) return;
      lastSeen.set(secretPosition, seconds);
      secretLastSeen.set({ position }, seconds);
    },
    eventApplied: ({ trigger, result }) => applied.inc({ trigger, result }),
    attemptFailed: ({ errorClass }) => failed.inc({ class: errorClass }),
    deadLettered: ({ cause }) => dead.inc({ cause }),
    unreadableTime: ({ field }) => unreadableTimes.inc({ field }),
    queueMemory({ usedBytes, limitBytes }) {
      registry.registerMetric(usedMemory);
      registry.registerMetric(maxMemory);
      usedMemory.set(usedBytes);
      maxMemory.set(limitBytes);
    },
    partitionsAhead(weeks) {
      registry.registerMetric(partitions);
      partitions.set(weeks);
    },
    read: async () => ({ contentType: registry.contentType, text: await registry.metrics() }),
  };
}
