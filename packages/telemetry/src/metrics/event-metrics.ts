import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { boundedLabel } from './bounded-label.ts';
import type { EventMetrics } from './metrics.ts';

/** The values of labels that are known beforehand: each counter starts at zero. */
export interface ClosedLabels {
  readonly triggers?: readonly string[];
  readonly results?: readonly string[];
  readonly attemptClasses?: readonly string[];
  readonly deathCauses?: readonly string[];
  /** Fields of callbacks that hold a time. */
  readonly timeFields?: readonly string[];
}

/** From a fast machine to an outage of hours. */
const applySeconds = [
  0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800, 7200, 21_600,
];
const maxApps = 50;
/** The most channels, and statuses: Sinch has fewer, but bodies may hold any text. */
const maxNames = 30;
const batchSizes = [1, 2, 5, 10, 25, 50, 100, 250, 500];

export function createEventMetrics(registry: Registry, closed: ClosedLabels): EventMetrics {
  const registers = [registry];
  const applied = new Counter({
    name: 'sinch_events_total',
    help: 'Events that are in the database, by trigger and by the result of applying them.',
    labelNames: ['trigger', 'result'],
    registers,
  });
  const applySecondsOf = new Histogram({
    name: 'sinch_apply_duration_seconds',
    help: 'From the receipt of a callback to the commit of its rows.',
    buckets: applySeconds,
    registers,
  });
  const batchSize = new Histogram({
    name: 'sinch_batch_size',
    help: 'Events that are written in one transaction.',
    buckets: batchSizes,
    registers,
  });
  const attempts = new Counter({
    name: 'sinch_attempts_total',
    help: 'Failed attempts that will be repeated, by error class.',
    labelNames: ['class'],
    registers,
  });
  const dead = new Counter({
    name: 'sinch_dead_letters_total',
    help: 'Events that became dead letters, by cause.',
    labelNames: ['cause'],
    registers,
  });
  const reports = new Counter({
    name: 'sinch_message_reports_total',
    help: 'Delivery reports that were applied, by app, channel and status.',
    labelNames: ['app_id', 'channel', 'status'],
    registers,
  });
  const [boundedApp, boundedChannel, boundedStatus] = [
    boundedLabel(maxApps),
    boundedLabel(maxNames),
    boundedLabel(maxNames),
  ];
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
    help: 'When the last callback with a signature by this secret came, as Unix time.',
    labelNames: ['position'],
    registers,
  });
  const unreadableTimes = new Counter({
    name: 'sinch_unreadable_times_total',
    help: 'Times of events that could not be read, by field: their events are ordered by receipt.',
    labelNames: ['field'],
    registers,
  });
  for (const trigger of closed.triggers ?? []) {
    for (const result of closed.results ?? []) applied.inc({ trigger, result }, 0);
  }
  for (const name of closed.attemptClasses ?? []) attempts.inc({ class: name }, 0);
  for (const cause of closed.deathCauses ?? []) dead.inc({ cause }, 0);
  for (const field of closed.timeFields ?? []) unreadableTimes.inc({ field }, 0);
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
    eventApplied({ trigger, result, receivedAt }) {
      applied.inc({ trigger, result });
      // A duplicate was applied before, not now.
      if (receivedAt === undefined || result === 'duplicate') return;
      applySecondsOf.observe(Math.max(0, Date.now() - Date.parse(receivedAt)) / 1000);
    },
    messageReported({ appId, channel, status }) {
      reports.inc({
        app_id: boundedApp(appId),
        channel: boundedChannel(channel),
        status: boundedStatus(status),
      });
    },
    batchWritten: (events) => batchSize.observe(events),
    attemptFailed: ({ errorClass }) => attempts.inc({ class: errorClass }),
    deadLettered: ({ cause }) => dead.inc({ cause }),
    unreadableTime: ({ field }) => unreadableTimes.inc({ field }),
  };
}
