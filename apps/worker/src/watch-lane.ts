import type { Consumer } from '@sinch-callbacks/queue';

/** One queue that this worker reads. */
export interface WatchedLane {
  readonly name: string;
  readonly consumer: Pick<
    Consumer,
    'finishedJobs' | 'oldestInHand' | 'awayErrors' | 'isRefused' | 'countWaiting'
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
  let before = { finished: 0, oldest: undefined as number | undefined, awayErrors: 0 };
  let nothingDoneMs = 0;
  let sameInHandMs = 0;
  let isAsking = false;

  function reset(): void {
    nothingDoneMs = 0;
    sameInHandMs = 0;
  }

  async function sample(elapsedMs: number): Promise<void> {
    // A queue that does not answer keeps one sample open, and is no standstill of ours.
    if (isAsking) return reset();
    isAsking = true;
    try {
      const waiting = await consumer.countWaiting();
      judge(elapsedMs, waiting);
    } catch {
      // The queue is away. The consumer waits for it and goes on by itself.
      reset();
    } finally {
      isAsking = false;
    }
  }

  function judge(elapsedMs: number, waiting: number): void {
    const finished = consumer.finishedJobs();
    const oldest = consumer.oldestInHand();
    const awayErrors = consumer.awayErrors();
    // Errors tell of it while it is asked; between two tries, what came of the last.
    const isQueueAway = awayErrors !== before.awayErrors || consumer.isRefused();
    const hasNothingToDo = waiting === 0 && oldest === undefined;
    const isSameInHand = oldest !== undefined && oldest === before.oldest;
    const hasDoneSome = finished !== before.finished;
    before = { finished, oldest, awayErrors };
    if (!isQueueAway) onAnswered();
    if (isQueueAway || isWaitingForDatabase()) return reset();
    nothingDoneMs = hasDoneSome || hasNothingToDo ? 0 : nothingDoneMs + elapsedMs;
    sameInHandMs = isSameInHand ? sameInHandMs + elapsedMs : 0;
  }

  return { name, sample, standstillMs: () => Math.max(nothingDoneMs, sameInHandMs) };
}
