import { createHistogram, type RecordableHistogram } from 'node:perf_hooks';

/** Percentiles in milliseconds. */
export interface LatencySummary {
  readonly count: number;
  readonly meanMs: number;
  readonly p50Ms: number;
  readonly p90Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  readonly p999Ms: number;
  readonly maxMs: number;
}

/** A histogram of times, which needs the same memory for any number of them. */
export interface LatencyHistogram {
  record(ms: number): void;
  /** Returns the percentiles; `undefined` before the first record. */
  summary(): LatencySummary | undefined;
  reset(): void;
}

/** The longest time; a longer one counts as this. */
const longestMs = 3_600_000;

/**
 * Creates one on Node's HDR histogram, in microseconds.
 * @param figures significant digits: 3 give 0.1 % in 180 KB of memory, 2 give 1 % in 26 KB
 */
export function createLatencyHistogram(figures: 2 | 3): LatencyHistogram {
  const histogram = createHistogram({ lowest: 1, highest: longestMs * 1_000, figures });
  return {
    record(ms) {
      // It takes whole numbers from 1, and would drop a value over its highest.
      histogram.record(Math.min(Math.max(1, Math.round(ms * 1_000)), longestMs * 1_000));
    },
    summary: () => summarise(histogram),
    reset: () => histogram.reset(),
  };
}

function summarise(histogram: RecordableHistogram): LatencySummary | undefined {
  if (histogram.count === 0) return undefined;
  const at = (percent: number) => toMs(histogram.percentile(percent));
  return {
    count: histogram.count,
    meanMs: toMs(histogram.mean),
    p50Ms: at(50),
    p90Ms: at(90),
    p95Ms: at(95),
    p99Ms: at(99),
    p999Ms: at(99.9),
    maxMs: toMs(histogram.max),
  };
}

function toMs(microseconds: number): number {
  return Math.round(microseconds) / 1_000;
}

/** One window of a load. Rates are in callbacks a second. */
export interface SeriesPoint {
  /** The start of the window, in seconds from the start of the load. */
  readonly second: number;
  readonly scheduledPerSecond: number;
  readonly sentPerSecond: number;
  readonly answeredPerSecond: number;
  /** The latency of callbacks that were due in the window, whenever they were answered. */
  readonly latency: LatencySummary | undefined;
  /** The last queue depth in the window; absent when it was not measured. */
  readonly queueDepth: number | undefined;
}

interface Window {
  scheduled: number;
  sent: number;
  answered: number;
  latency: LatencyHistogram | undefined;
  queueDepth: number | undefined;
}

/** Counts over time, each in the window of its own moment. */
interface TimeSeries {
  scheduled(atMs: number): void;
  sent(atMs: number): void;
  answered(atMs: number): void;
  latency(dueMs: number, latencyMs: number): void;
  queueDepth(atMs: number, depth: number): void;
  /** Returns all windows from the start, without gaps. */
  points(): SeriesPoint[];
}

export function createTimeSeries(windowMs: number): TimeSeries {
  const windows: Window[] = [];
  const at = (atMs: number): Window => {
    const place = Math.max(0, Math.floor(atMs / windowMs));
    while (windows.length <= place) windows.push(emptyWindow());
    return windows[place] ?? emptyWindow();
  };
  return {
    scheduled: (atMs) => void (at(atMs).scheduled += 1),
    sent: (atMs) => void (at(atMs).sent += 1),
    answered: (atMs) => void (at(atMs).answered += 1),
    latency(dueMs, latencyMs) {
      const window = at(dueMs);
      window.latency ??= createLatencyHistogram(2);
      window.latency.record(latencyMs);
    },
    queueDepth: (atMs, depth) => void (at(atMs).queueDepth = depth),
    points: () => windows.map((window, place) => pointOf(window, place, windowMs)),
  };
}

function emptyWindow(): Window {
  return { scheduled: 0, sent: 0, answered: 0, latency: undefined, queueDepth: undefined };
}

function pointOf(window: Window, place: number, windowMs: number): SeriesPoint {
  const perSecond = (count: number) => Math.round((count * 10_000) / windowMs) / 10;
  return {
    second: (place * windowMs) / 1_000,
    scheduledPerSecond: perSecond(window.scheduled),
    sentPerSecond: perSecond(window.sent),
    answeredPerSecond: perSecond(window.answered),
    latency: window.latency?.summary(),
    queueDepth: window.queueDepth,
  };
}
