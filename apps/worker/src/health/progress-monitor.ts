import type { Consumer } from '@sinch-callbacks/queue';

export type Progress =
  | { readonly kind: 'progressing' }
  /** Work is there, nothing stands in its way, and none of it gets done. */
  | Stall;

export interface Stall {
  readonly kind: 'stalled';
  readonly lane: string;
  readonly forMs: number;
}

export interface ProgressMonitor {
  progress(): Progress;
  stop(): void;
}

export interface ProgressTimings {
  readonly sampleIntervalMs: number;
  readonly stalledAfterMs: number;
  /** Longer than any one batch may take, so that slowness alone never ends a process. */
  readonly hopelessAfterMs: number;
}

export const defaultProgressTimings: ProgressTimings = {
  sampleIntervalMs: 5_000,
  stalledAfterMs: 60_000,
  hopelessAfterMs: 180_000,
};

/**
 * Tells a worker that works from one that only looks alive: its connections may answer every
 * ping while it has stopped taking jobs, or one job may never end. Only a restart helps then, so
 * only then is it stalled; waiting for a database or a queue that is away is what it should do.
 *
 * Time counts only where it was watched: a process that was frozen, or a machine that slept, has
 * stood still for as long as it can tell for no longer than it runs again.
 *
 * @param onStalled is told once, of the first lane that stands still for too long.
 */
export function watchProgress(
  lanes: readonly WatchedLane[],
  isWaitingForDatabase: () => boolean,
  onStalled: (stall: Stall) => void,
  timings = defaultProgressTimings,
): ProgressMonitor {
  const { sampleIntervalMs, stalledAfterMs, hopelessAfterMs } = timings;
  const watches = lanes.map((lane) => watchLane(lane, isWaitingForDatabase));
  let sampledAt = performance.now();
  let isHopeless = false;

  function worst(): Stall | undefined {
    const stalls = watches.map(({ name, standstillMs }) => ({
      kind: 'stalled' as const,
      lane: name,
      forMs: standstillMs(),
    }));
    return stalls.toSorted((a, b) => b.forMs - a.forMs)[0];
  }

  const timer = setInterval(() => {
    const elapsedMs = Math.min(performance.now() - sampledAt, 2 * sampleIntervalMs);
    sampledAt = performance.now();
    for (const { sample } of watches) void sample(elapsedMs);
    const stall = worst();
    if (isHopeless || stall === undefined || stall.forMs <= hopelessAfterMs) return;
    isHopeless = true;
    onStalled(stall);
  }, sampleIntervalMs);

  return {
    progress() {
      const stall = worst();
      const isStalled = stall !== undefined && stall.forMs > stalledAfterMs;
      return isStalled ? stall : { kind: 'progressing' };
    },
    stop: () => clearInterval(timer),
  };
}

/** One queue that this worker reads. */
export interface WatchedLane {
  readonly name: string;
  readonly consumer: Pick<
    Consumer,
    'finishedJobs' | 'oldestInHand' | 'connectionErrors' | 'isRefused' | 'countWaiting'
  >;
  /** The queue answered, and had no trouble since it was asked before. */
  readonly onAnswered: () => void;
}

interface LaneWatch {
  readonly name: string;
  /** Never rejects. @param elapsedMs since the sample before. */
  readonly sample: (elapsedMs: number) => Promise<void>;
  readonly standstillMs: () => number;
}

/** Adds up for how long one lane has stood still with work to do and nothing in its way. */
function watchLane(
  { name, consumer, onAnswered }: WatchedLane,
  isWaitingForDatabase: () => boolean,
): LaneWatch {
  let before = { finished: 0, oldest: undefined as number | undefined, connectionErrors: 0 };
  let nothingDoneMs = 0;
  let sameInHandMs = 0;
  let unansweredMs = 0;
  let isAsking = false;

  function reset(): void {
    nothingDoneMs = 0;
    sameInHandMs = 0;
    unansweredMs = 0;
  }

  async function sample(elapsedMs: number): Promise<void> {
    if (isAsking) return noteUnanswered(elapsedMs);
    isAsking = true;
    try {
      const waiting = await consumer.countWaiting();
      unansweredMs = 0;
      judge(elapsedMs, waiting);
    } catch (error) {
      if (isDeadline(error)) noteUnanswered(elapsedMs);
      // The queue is away. The consumer waits for it and goes on by itself.
      else reset();
    } finally {
      isAsking = false;
    }
  }

  /** A queue that is away says so by errors. One that says nothing at all may be gone for good. */
  function noteUnanswered(elapsedMs: number): void {
    const connectionErrors = consumer.connectionErrors();
    const isQueueAway = connectionErrors !== before.connectionErrors || consumer.isRefused();
    before = { ...before, connectionErrors };
    if (isQueueAway) reset();
    else unansweredMs += elapsedMs;
  }

  function judge(elapsedMs: number, waiting: number): void {
    const finished = consumer.finishedJobs();
    const oldest = consumer.oldestInHand();
    const connectionErrors = consumer.connectionErrors();
    // Errors tell of it while it is asked; between two tries, what came of the last.
    const isQueueAway = connectionErrors !== before.connectionErrors || consumer.isRefused();
    const hasNothingToDo = waiting === 0 && oldest === undefined;
    const isSameInHand = oldest !== undefined && oldest === before.oldest;
    const hasDoneSome = finished !== before.finished;
    before = { finished, oldest, connectionErrors };
    if (!isQueueAway) onAnswered();
    if (isQueueAway || isWaitingForDatabase()) return reset();
    nothingDoneMs = hasDoneSome || hasNothingToDo ? 0 : nothingDoneMs + elapsedMs;
    sameInHandMs = isSameInHand ? sameInHandMs + elapsedMs : 0;
  }

  return { name, sample, standstillMs: () => Math.max(nothingDoneMs, sameInHandMs, unansweredMs) };
}

function isDeadline(error: unknown): boolean {
  return error instanceof Error && Reflect.get(error, 'code') === 'DEADLINE_EXCEEDED';
}
