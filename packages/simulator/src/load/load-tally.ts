import type { Answer } from '../delivery/delivery-rules.ts';
import {
  createLatencyHistogram,
  createTimeSeries,
  type LatencySummary,
  type SeriesPoint,
} from './measurements.ts';

/** A sent callback with its result. Times are in milliseconds from the start. */
export interface SettledCallback {
  readonly key: string;
  readonly dueMs: number;
  readonly sentMs: number;
  readonly endMs: number;
  readonly answer: Answer;
}

/** Counts of a load. Each due callback is in one of accepted, refused, unanswered and neverSent. */
export interface LoadCounts {
  readonly due: number;
  readonly sent: number;
  /** Callbacks that were answered with 2xx. */
  readonly accepted: number;
  /** Distinct events among the accepted ones. */
  readonly acceptedEvents: number;
  /** Callbacks with any other answer, by status. */
  readonly refused: Readonly<Record<string, number>>;
  readonly unanswered: { readonly timeout: number; readonly unreachable: number };
  /** Due callbacks for which no connection was free in time. */
  readonly neverSent: number;
  /** Callbacks that had to wait for a connection, sent or not. */
  readonly heldBack: number;
  readonly underWay: number;
}

export interface LoadTally {
  /** Records a callback that came due, and the time at which the sender noticed it. */
  cameDue(dueMs: number, noticedMs: number): void;
  wasHeldBack(): void;
  wasSent(sentMs: number): void;
  settled(callback: SettledCallback): void;
  wasNeverSent(dueMs: number, nowMs: number): void;
  sawQueue(atMs: number, depth: number): void;
  counts(): LoadCounts;
  /** Returns the reason of the latest request without an answer. */
  lastFailure(): string | undefined;
  acceptedKeys(): string[];
  /** Times from the due time to the answer. A given-up callback counts with its waiting time. */
  latency(): LatencySummary | undefined;
  /** Times from the sending to the answer. */
  service(): LatencySummary | undefined;
  /** Times from the due time to the moment at which the sender noticed it. */
  lag(): LatencySummary | undefined;
  /** Returns the latency of the answers since the last call. */
  recentLatency(): LatencySummary | undefined;
  series(): SeriesPoint[];
}

/** @param windowMs the length of each window of the series */
export function createLoadTally(windowMs: number): LoadTally {
  const series = createTimeSeries(windowMs);
  const latency = createLatencyHistogram(3);
  const service = createLatencyHistogram(3);
  const lag = createLatencyHistogram(3);
  const recent = createLatencyHistogram(3);
  const accepted = new Set<string>();
  const refused: Record<string, number> = {};
  const counts = { due: 0, sent: 0, accepted: 0, neverSent: 0, heldBack: 0, settled: 0 };
  const unanswered = { timeout: 0, unreachable: 0 };
  let lastFailure: string | undefined;

  function recordLatency(dueMs: number, endMs: number): void {
    latency.record(endMs - dueMs);
    recent.record(endMs - dueMs);
    series.latency(dueMs, endMs - dueMs);
  }

  function countAnswered(key: string, status: number): void {
    if (status >= 200 && status <= 299) {
      counts.accepted += 1;
      accepted.add(key);
      return;
    }
    refused[status] = (refused[status] ?? 0) + 1;
  }

  return {
    cameDue(dueMs, noticedMs) {
      counts.due += 1;
      lag.record(noticedMs - dueMs);
      series.scheduled(dueMs);
    },
    wasHeldBack() {
      counts.heldBack += 1;
    },
    wasSent(sentMs) {
      counts.sent += 1;
      series.sent(sentMs);
    },
    settled({ key, dueMs, sentMs, endMs, answer }) {
      counts.settled += 1;
      switch (answer.kind) {
        case 'answered':
          countAnswered(key, answer.status);
          series.answered(endMs);
          break;
        case 'timeout':
          unanswered.timeout += 1;
          break;
        case 'unreachable':
          unanswered.unreachable += 1;
          lastFailure = answer.reason;
          // A refused connection takes no time, so it must not count as a fast answer.
          return;
      }
      recordLatency(dueMs, endMs);
      service.record(endMs - sentMs);
    },
    wasNeverSent(dueMs, nowMs) {
      counts.neverSent += 1;
      recordLatency(dueMs, nowMs);
    },
    sawQueue: (atMs, depth) => series.queueDepth(atMs, depth),
    counts: () => ({
      due: counts.due,
      sent: counts.sent,
      accepted: counts.accepted,
      acceptedEvents: accepted.size,
      refused: { ...refused },
      unanswered: { ...unanswered },
      neverSent: counts.neverSent,
      heldBack: counts.heldBack,
      underWay: counts.sent - counts.settled,
    }),
    lastFailure: () => lastFailure,
    acceptedKeys: () => [...accepted],
    latency: () => latency.summary(),
    service: () => service.summary(),
    lag: () => lag.summary(),
    recentLatency() {
      const summary = recent.summary();
      recent.reset();
      return summary;
    },
    series: () => series.points(),
  };
}
