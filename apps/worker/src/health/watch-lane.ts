import type { Consumer } from '@sinch-callbacks/queue';

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

export interface LaneWatch {
  readonly name: string;
  /** Never rejects. @param elapsedMs since the sample before. */
  readonly sample: (elapsedMs: number) => Promise<void>;
  readonly standstillMs: () => number;
}

/** Adds up for how long one lane has stood still with work to do and nothing in its way. */
export function watchLane(
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
