import { createEventSchedule, type Timeline } from './event-schedule.ts';

/** A timeline by the machine's clock, faster by a factor. */
export interface RealTimeline extends Timeline {
  /** Drops every task; tasks that are added later never run. */
  stop(): void;
}

export interface RealTimelineOptions {
  /** The number of the timeline's seconds in one real second. */
  readonly compress: number;
  /** A monotonic clock, in milliseconds. */
  readonly clock?: () => number;
}

/** Node's longest timer; a longer one overflows and fires at once. */
const longestTimerMs = 2_147_483_647;

export function createRealTimeline(options: RealTimelineOptions): RealTimeline {
  const { compress, clock = () => performance.now() } = options;
  const schedule = createEventSchedule();
  const startedAt = clock();
  const nowMs = () => (clock() - startedAt) * compress;
  let timer: NodeJS.Timeout | undefined;
  let isStopped = false;

  /** Sets the one timer, for the first task. */
  function arm(): void {
    clearTimeout(timer);
    const next = schedule.nextAtMs();
    if (next === undefined) return;
    const waitMs = Math.max(0, Math.ceil((next - nowMs()) / compress));
    timer = setTimeout(runDue, Math.min(waitMs, longestTimerMs));
  }

  /** Runs the due tasks. Tasks that they add for now run in the next turn, so that I/O gets one. */
  function runDue(): void {
    const dueMs = nowMs();
    for (let task = schedule.takeDue(dueMs); task; task = schedule.takeDue(dueMs)) task();
    arm();
  }

  return {
    nowMs,
    at(atMs, task) {
      if (isStopped) return;
      const first = schedule.nextAtMs();
      schedule.add(Math.max(atMs, nowMs()), task);
      if (first === undefined || atMs < first) arm();
    },
    stop() {
      isStopped = true;
      schedule.clear();
      clearTimeout(timer);
    },
  };
}
