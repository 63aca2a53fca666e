import { createEventSchedule, type Timeline } from './event-schedule.ts';

/** Time that passes with the machine's, faster by a factor. */
export interface RealTimeline extends Timeline {
  /** Forgets every task; later ones never run. */
  stop(): void;
}

export interface RealTimelineOptions {
  /** How many seconds pass here in one of the machine's. */
  readonly compress: number;
  /** A clock that never goes back, in milliseconds. */
  readonly clock?: () => number;
}

/** Longer timers overflow in Node, and fire at once. */
const longestTimerMs = 2_147_483_647;

export function createRealTimeline(options: RealTimelineOptions): RealTimeline {
  const { compress, clock = () => performance.now() } = options;
  const schedule = createEventSchedule();
  const startedAt = clock();
  const nowMs = () => (clock() - startedAt) * compress;
  let timer: NodeJS.Timeout | undefined;
  let isStopped = false;

  /** One timer, for the first task. */
  function arm(): void {
    clearTimeout(timer);
    const next = schedule.nextAtMs();
    if (next === undefined) return;
    const waitMs = Math.max(0, Math.ceil((next - nowMs()) / compress));
    timer = setTimeout(runDue, Math.min(waitMs, longestTimerMs));
  }

  /** What is due now. What its tasks add for now waits for the next turn, so that I/O gets one. */
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
