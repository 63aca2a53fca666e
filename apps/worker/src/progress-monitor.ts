import type { Consumer } from '@sinch-callbacks/queue';

export type Progress =
  | { readonly kind: 'progressing' }
  /** Work waits, nothing stands in its way, and none of it gets done. */
  | { readonly kind: 'stalled'; readonly forMs: number };

export interface ProgressMonitor {
  progress(): Progress;
  stop(): void;
}

const sampleIntervalMs = 5_000;
const stalledAfterMs = 60_000;

/**
 * Tells a worker that works from one that only looks alive: its connections may answer every
 * ping while it has stopped taking jobs. Only a restart helps then, so only then is it stalled;
 * waiting for a database or a queue that is away is what it should do.
 */
export function watchProgress(
  consumers: readonly Pick<Consumer, 'finishedJobs' | 'countWaiting'>[],
  isWaitingForDatabase: () => boolean,
  now: () => number,
): ProgressMonitor {
  let lastProgressAt = now();
  let finishedBefore = 0;

  async function sample(): Promise<void> {
    const finished = consumers.reduce((sum, consumer) => sum + consumer.finishedJobs(), 0);
    const hasFinishedSome = finished !== finishedBefore;
    finishedBefore = finished;
    if (hasFinishedSome || isWaitingForDatabase() || (await hasNothingToDo(consumers))) {
      lastProgressAt = now();
    }
  }

  let isSampling = false;
  const timer = setInterval(() => {
    // A queue that does not answer keeps one sample open, and is no standstill of ours.
    if (isSampling) lastProgressAt = now();
    else {
      isSampling = true;
      void sample().finally(() => {
        isSampling = false;
      });
    }
  }, sampleIntervalMs);

  return {
    progress() {
      const forMs = now() - lastProgressAt;
      return forMs > stalledAfterMs ? { kind: 'stalled', forMs } : { kind: 'progressing' };
    },
    stop: () => clearInterval(timer),
  };
}

async function hasNothingToDo(
  consumers: readonly Pick<Consumer, 'countWaiting'>[],
): Promise<boolean> {
  try {
    const counts = await Promise.all(consumers.map((consumer) => consumer.countWaiting()));
    return counts.every((count) => count === 0);
  } catch {
    // The queue is away. The consumers wait for it and go on by themselves.
    return true;
  }
}
