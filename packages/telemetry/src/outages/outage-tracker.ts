import type { Logger } from '../create-logger.ts';
import {
  type DependencyLost,
  dependencyLost,
  dependencyRestored,
  dependencyStillAway,
} from '../events/process-events.ts';

/** The outage of a server that a process needs: whether it is down, and since when. */
export interface OutageTracker {
  recordFailure(error: Error): void;
  recordSuccess(): void;
  /** `undefined` while the server is not down. */
  downMs(): number | undefined;
}

/** Listeners for an outage: its start, a reminder now and then, and its end. */
export interface OutageListeners {
  readonly onLost: (error: Error) => void;
  readonly onStillDown: (facts: OutageFacts) => void;
  readonly onRestored: (facts: OutageFacts) => void;
}

/** Facts of an outage, under the names that its log lines have. */
export interface OutageFacts {
  readonly awayMs: number;
  /** Failed attempts since it began. */
  readonly failures: number;
}

export interface OutageTimings {
  readonly reminderMs: number;
  /** A server that fails again within this time after it was lost or came back has no new line. */
  readonly quietMs: number;
}

export const defaultOutageTimings: OutageTimings = { reminderMs: 300_000, quietMs: 10_000 };

/** Tracks the outages of one dependency, and logs them. */
export function trackDependency(
  logger: Logger,
  dependency: DependencyLost['dependency'],
  timings: OutageTimings,
): OutageTracker {
  const listeners = {
    onLost: (error: Error) => dependencyLost(logger, { dependency, error }),
    onStillDown: (facts: OutageFacts) => dependencyStillAway(logger, { dependency, ...facts }),
    onRestored: (facts: OutageFacts) => dependencyRestored(logger, { dependency, ...facts }),
  };
  return createOutageTracker(listeners, () => performance.now(), timings);
}

/**
 * Turns any number of failures into a few calls of its listeners.
 * @param now milliseconds that only increase.
 */
export function createOutageTracker(
  listeners: OutageListeners,
  now: () => number,
  { reminderMs, quietMs } = defaultOutageTimings,
): OutageTracker {
  let lostAt: number | undefined;
  let failures = 0;
  let reportedAt = Number.NEGATIVE_INFINITY;
  let isReported = false;

  return {
    recordFailure(error) {
      lostAt ??= now();
      failures += 1;
      if (!isReported) {
        if (now() - reportedAt < quietMs) return;
        isReported = true;
        listeners.onLost(error);
      } else if (now() - reportedAt >= reminderMs) {
        listeners.onStillDown({ awayMs: now() - lostAt, failures });
      } else return;
      reportedAt = now();
    },
    recordSuccess() {
      if (lostAt === undefined) return;
      const facts = { awayMs: now() - lostAt, failures };
      lostAt = undefined;
      failures = 0;
      if (!isReported) return;
      isReported = false;
      reportedAt = now();
      listeners.onRestored(facts);
    },
    downMs: () => (lostAt === undefined ? undefined : now() - lostAt),
  };
}

/**
 * Combines the outages of several parts into one, such as the queues of one server or the masters
 * of a cluster. It is over once each part that failed has answered again; otherwise the healthy
 * parts would end it over and over.
 */
export function combineOutages(whole: OutageTracker): () => OutageTracker {
  const down = new Set<symbol>();
  return () => {
    const part = Symbol('part');
    return {
      recordFailure(error) {
        down.add(part);
        whole.recordFailure(error);
      },
      recordSuccess() {
        down.delete(part);
        if (down.size === 0) whole.recordSuccess();
      },
      downMs: () => (down.has(part) ? whole.downMs() : undefined),
    };
  };
}
