import {
  createLatencyHistogram,
  type LatencyHistogram,
  type LatencySummary,
} from './latency-summary.ts';

/** One window of a load. Rates are in callbacks a second. */
export interface SeriesPoint {
  /** Where the window begins, in seconds from the start. */
  readonly second: number;
  readonly scheduledPerSecond: number;
  readonly sentPerSecond: number;
  readonly answeredPerSecond: number;
  /** Of those that were due in the window, whenever they were answered. */
  readonly latency: LatencySummary | undefined;
  /** As it was last seen in the window; absent where it was not measured. */
  readonly queueDepth: number | undefined;
}

interface Window {
  scheduled: number;
  sent: number;
  answered: number;
  latency: LatencyHistogram | undefined;
  queueDepth: number | undefined;
}

/** What happens over time, each thing in the window of its own moment. */
export interface TimeSeries {
  scheduled(atMs: number): void;
  sent(atMs: number): void;
  answered(atMs: number): void;
  latency(dueMs: number, latencyMs: number): void;
  queueDepth(atMs: number, depth: number): void;
  /** From the start on, without gaps. */
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
