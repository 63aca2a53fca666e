import { type WatchedLane, watchLane } from './watch-lane.ts';

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
