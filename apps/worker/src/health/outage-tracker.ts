/** What is told of an outage: its begin, a reminder now and then, and its end. */
export interface OutageLines {
  readonly onLost: (error: Error) => void;
  readonly onStillAway: (facts: OutageFacts) => void;
  readonly onRestored: (facts: OutageFacts) => void;
}

export interface OutageFacts {
  readonly awayMs: number;
  /** How often it was tried in vain. */
  readonly failures: number;
}

/** Whether something that this worker needs is away, and since when. */
export interface Outage {
  failed(error: Error): void;
  answered(): void;
  /** `undefined` while it is not away. */
  awayMs(): number | undefined;
}

export interface OutageTimings {
  readonly reminderMs: number;
  /** One that comes back and goes again within this time is told of once. */
  readonly quietMs: number;
}

export const defaultOutageTimings: OutageTimings = { reminderMs: 300_000, quietMs: 10_000 };

/**
 * Turns any number of failures into few lines.
 * @param now milliseconds that only ever grow.
 */
export function createOutage(
  lines: OutageLines,
  now: () => number,
  { reminderMs, quietMs } = defaultOutageTimings,
): Outage {
  let lostAt: number | undefined;
  let failures = 0;
  let toldAt = Number.NEGATIVE_INFINITY;
  let isTold = false;

  return {
    failed(error) {
      lostAt ??= now();
      failures += 1;
      if (!isTold) {
        if (now() - toldAt < quietMs) return;
        isTold = true;
        lines.onLost(error);
      } else if (now() - toldAt >= reminderMs) {
        lines.onStillAway({ awayMs: now() - lostAt, failures });
      } else return;
      toldAt = now();
    },
    answered() {
      if (lostAt === undefined) return;
      const facts = { awayMs: now() - lostAt, failures };
      lostAt = undefined;
      failures = 0;
      if (!isTold) return;
      isTold = false;
      lines.onRestored(facts);
    },
    awayMs: () => (lostAt === undefined ? undefined : now() - lostAt),
  };
}

/**
 * One outage of several parts, such as the queues of one server or the masters of a cluster: it is
 * over once each part that failed has answered again. Otherwise those that are well would end it
 * over and over.
 */
export function combineOutages(whole: Outage): () => Outage {
  const away = new Set<symbol>();
  return () => {
    const part = Symbol('part');
    return {
      failed(error) {
        away.add(part);
        whole.failed(error);
      },
      answered() {
        away.delete(part);
        if (away.size === 0) whole.answered();
      },
      awayMs: () => (away.has(part) ? whole.awayMs() : undefined),
    };
  };
}
