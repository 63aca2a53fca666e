import type { Consumer } from '@sinch-callbacks/queue';

export type Progress =
  | { readonly kind: 'progressing' }
  /** Jobs are there, no outage explains it, and none of them gets done. */
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
  readonly restartAfterMs: number;
}

export const defaultProgressTimings: ProgressTimings = {
  sampleIntervalMs: 5_000,
  stalledAfterMs: 60_000,
  restartAfterMs: 180_000,
};

/** One queue that this worker reads. */
export interface WatchedLane {
  readonly name: string;
  readonly consumer: Pick<
    Consumer,
    'finishedJobs' | 'oldestInProgress' | 'connectionErrors' | 'isRefused' | 'countWaiting'
  >;
  /** Called when the queue has answered, and had no errors since the answer before. */
  readonly onAnswered: () => void;
}

/**
 * Detects a worker that only looks alive: its connections may answer every ping while it has
 * stopped taking jobs, or one job may never end. Only a restart helps then, so only then is it
 * stalled. A worker that waits for a database or a queue that is down does what it should.
 *
 * Time counts only while this process runs: after a freeze, or a machine's sleep, a stall is no
 * longer than the time since then.
 *
 * @param onStalled is called once, with the first lane that is stalled for too long.
 */
export function watchProgress(
  lanes: readonly WatchedLane[],
  isWaitingForDatabase: () => boolean,
  onStalled: (stall: Stall) => void,
  timings = defaultProgressTimings,
): ProgressMonitor {
  const { sampleIntervalMs, stalledAfterMs, restartAfterMs } = timings;
  const watches = lanes.map((lane) => watchLane(lane, isWaitingForDatabase));
  let sampledAt = performance.now();
  let isReported = false;

  function longestStall(): Stall | undefined {
    const stalls = watches.map(({ name, stalledMs }) => ({
      kind: 'stalled' as const,
      lane: name,
      forMs: stalledMs(),
    }));
    return stalls.toSorted((a, b) => b.forMs - a.forMs)[0];
  }

  const timer = setInterval(() => {
    const elapsedMs = Math.min(performance.now() - sampledAt, 2 * sampleIntervalMs);
    sampledAt = performance.now();
    for (const { sample } of watches) void sample(elapsedMs);
    const stall = longestStall();
    if (isReported || stall === undefined || stall.forMs <= restartAfterMs) return;
    isReported = true;
    onStalled(stall);
  }, sampleIntervalMs);

  return {
    progress() {
      const stall = longestStall();
      const isStalled = stall !== undefined && stall.forMs > stalledAfterMs;
      return isStalled ? stall : { kind: 'progressing' };
    },
    stop: () => clearInterval(timer),
  };
}

interface LaneWatch {
  readonly name: string;
  /** Never rejects. @param elapsedMs since the sample before. */
  readonly sample: (elapsedMs: number) => Promise<void>;
  readonly stalledMs: () => number;
}

/** Adds up the time in which one lane has work, no outage explains it, and nothing gets done. */
function watchLane(
  { name, consumer, onAnswered }: WatchedLane,
  isWaitingForDatabase: () => boolean,
): LaneWatch {
  let before = { finished: 0, oldest: undefined as number | undefined, connectionErrors: 0 };
  let nothingDoneMs = 0;
  let sameJobMs = 0;
  let unansweredMs = 0;
  let isAsking = false;

  function reset(): void {
    nothingDoneMs = 0;
    sameJobMs = 0;
    unansweredMs = 0;
  }

  async function sample(elapsedMs: number): Promise<void> {
    if (isAsking) return countUnanswered(elapsedMs);
    isAsking = true;
    try {
      const waiting = await consumer.countWaiting();
      unansweredMs = 0;
      countAnswered(elapsedMs, waiting);
    } catch (error) {
      if (isDeadline(error)) countUnanswered(elapsedMs);
      // The queue is down. The consumer waits for it and then goes on.
      else reset();
    } finally {
      isAsking = false;
    }
  }

  /** A queue that is down causes errors. A connection that stays silent may be dead for good. */
  function countUnanswered(elapsedMs: number): void {
    const connectionErrors = consumer.connectionErrors();
    const isQueueDown = connectionErrors !== before.connectionErrors || consumer.isRefused();
    before = { ...before, connectionErrors };
    if (isQueueDown) reset();
    else unansweredMs += elapsedMs;
  }

  function countAnswered(elapsedMs: number, waiting: number): void {
    const finished = consumer.finishedJobs();
    const oldest = consumer.oldestInProgress();
    const connectionErrors = consumer.connectionErrors();
    // Errors count since the last sample; `isRefused` covers the pause between two requests.
    const isQueueDown = connectionErrors !== before.connectionErrors || consumer.isRefused();
    const hasNothingToDo = waiting === 0 && oldest === undefined;
    const isSameJob = oldest !== undefined && oldest === before.oldest;
    const hasFinishedSome = finished !== before.finished;
    before = { finished, oldest, connectionErrors };
    if (!isQueueDown) onAnswered();
    if (isQueueDown || isWaitingForDatabase()) return reset();
    nothingDoneMs = hasFinishedSome || hasNothingToDo ? 0 : nothingDoneMs + elapsedMs;
    sameJobMs = isSameJob ? sameJobMs + elapsedMs : 0;
  }

  return { name, sample, stalledMs: () => Math.max(nothingDoneMs, sameJobMs, unansweredMs) };
}

function isDeadline(error: unknown): boolean {
  return error instanceof Error && Reflect.get(error, 'code') === 'DEADLINE_EXCEEDED';
}
